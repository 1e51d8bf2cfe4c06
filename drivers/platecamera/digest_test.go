package platecamera

import (
	"net/http"
	"strings"
	"testing"
)

// RFC 7616, 3.9.1: the same request with MD5 and with SHA-256. RFC 2617, 3.5 is the first of them with another nonce.
func TestProofsOfTheStandard(t *testing.T) {
	for algorithm, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		c := challenge{realm: "http-auth@example.org", nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", algorithm: algorithm, auth: true}
		proof := c.proof("Mufasa", "Circle of Life", "GET", "/dir/index.html", 1, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
		if !strings.Contains(proof, `response="`+want+`"`) || !strings.Contains(proof, "nc=00000001") {
			t.Errorf("%s: %s", algorithm, proof)
		}
	}
	old := challenge{realm: "testrealm@host.com", nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093"}
	if proof := old.proof("Mufasa", "Circle Of Life", "GET", "/dir/index.html", 1, ""); !strings.Contains(proof, `response="670fd8c2df070c60b045671b8b24ff02"`) {
		t.Errorf("without qop (RFC 2069, errata): %s", proof)
	}
}

func TestTheStrongestChallengeIsTaken(t *testing.T) {
	header := http.Header{"Www-Authenticate": {`Basic realm="x"`, `Digest realm="a, b", nonce="n=1", qop="auth-int, auth", algorithm=MD5`, `Digest realm="c", nonce="2", qop=auth, algorithm=SHA-256`}}
	if c, found := challengeOf(header); !found || c.algorithm != "SHA-256" || c.nonce != "2" || !c.auth || c.basic {
		t.Errorf("%+v", c)
	}
	header["Www-Authenticate"] = header["Www-Authenticate"][:2]
	if c, found := challengeOf(header); !found || c.realm != "a, b" || c.nonce != "n=1" || !c.auth {
		t.Errorf("%+v", c)
	}
	if c, found := challengeOf(http.Header{"Www-Authenticate": {`Digest realm="x", algorithm=SHA-512-256`, `Bearer`}}); found {
		t.Errorf("one that we can't prove: %+v", c)
	}
}

func FuzzChallenge(f *testing.F) {
	f.Add(`Digest realm="a, b", nonce="n=1", qop="auth-int, auth", algorithm=MD5-sess, opaque=""`)
	f.Fuzz(func(t *testing.T, text string) {
		if c, found := challengeOf(http.Header{"Www-Authenticate": {text}}); found && !c.basic {
			if proof := c.proof("u", "p", "GET", "/", 1, "c"); strings.Contains(proof, "\n") && !strings.Contains(text, "\n") {
				t.Errorf("%q", proof)
			}
		}
	})
}
