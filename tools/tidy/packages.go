package tidy

import (
	"path"
	"slices"
	"strings"
)

// standardNames are the last names of the standard library's packages. A package of ours with such a name makes
// its readers and its importers stumble.
const standardNames = `
	adler32 aes ascii85 asn1 ast atomic base32 base64 big binary bits bufio build buildinfo bytes bzip2 cgi cgo cipher
	cmp cmplx color comment constant constraint context cookiejar coverage crc32 crc64 crypto cryptotest csv debug des
	doc draw driver dsa dwarf ecdh ecdsa ed25519 elf elliptic embed encoding errors exec expvar fcgi filepath fips140
	flag flate fmt fnv format fs fstest gif gob gosym gzip hash heap hex hkdf hmac hpke html http httptest httptrace
	httputil image importer io iotest ioutil iter jpeg json jsonrpc list log lzw macho mail maphash maps math md5
	metrics mime multipart net netip os palette parse parser path pbkdf2 pe pem pkix plan9obj plugin png pprof printer
	quick race rand rc4 reflect regexp ring rpc rsa runtime scanner sha1 sha256 sha3 sha512 signal slices slog slogtest
	smtp sort sql strconv strings structs subtle suffixarray sync synctest syntax syscall syslog tabwriter tar template
	testing textproto time tls token trace types tzdata unicode unique unsafe url user utf16 utf8 version weak x509 xml
	zip zlib`

// emptyNames say nothing about what is in a package.
const emptyNames = "util utils common helper helpers misc shared base lib"

// rulePackageDoc: one comment says what a package is for; it stands in doc.go, or in main.go for a command.
func rulePackageDoc(t *tree) []finding {
	findings := []finding{}
	for _, p := range t.packages {
		documented := 0
		for _, f := range slices.Concat(p.files, p.tests) {
			if f.syntax.Doc == nil {
				continue
			}
			documented++
			text := f.syntax.Doc.Text()
			switch base := path.Base(f.path); {
			case base != "doc.go" && (p.name != "main" || base != "main.go"):
				findings = append(findings, t.at(f.syntax.Doc.Pos(), "the package's comment belongs in doc.go"))
			case p.name != "main" && !strings.HasPrefix(text, "Package "+p.name+" "):
				findings = append(findings, t.at(f.syntax.Doc.Pos(), "the package's comment begins: Package %s", p.name))
			}
		}
		if documented != 1 {
			findings = append(findings, finding{p.dir, 0, "a package has one comment that says what it is for, in doc.go"})
		}
	}
	return findings
}

// rulePackageNames: a package is named as its folder, unlike the standard library, and after what it holds.
func rulePackageNames(t *tree) []finding {
	findings := []finding{}
	for _, p := range t.packages {
		switch {
		case p.name == "main":
		case p.name != path.Base(p.dir):
			findings = append(findings, finding{p.dir, 0, "holds package " + p.name + ": name it as its folder"})
		case slices.Contains(strings.Fields(standardNames), p.name):
			findings = append(findings, finding{p.dir, 0, "has the name of a package of the standard library"})
		case slices.Contains(strings.Fields(emptyNames), p.name):
			findings = append(findings, finding{p.dir, 0, "has a name that says nothing: name it after the noun it holds"})
		}
	}
	return findings
}
