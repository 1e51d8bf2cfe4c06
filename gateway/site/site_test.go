package site_test

import (
	"flag"
	"os"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/gateway/site"
)

var rewrite = flag.Bool("rewrite", false, "write what the errors say now; read the difference before committing it")

// TestBrokenFile reads a file in which everything is wrong: one reading tells of all of it, each with what to write.
func TestBrokenFile(t *testing.T) {
	for _, name := range []string{"broken", "unreadable", "misspelt"} {
		data, err := os.ReadFile("testdata/" + name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		_, broken := site.Parse(name+".toml", data, drivers.Catalog(all.Catalog()))
		if broken == nil {
			t.Errorf("%s.toml was taken", name)
			continue
		}
		golden := "testdata/" + name + ".txt"
		got := broken.Error() + "\n"
		if *rewrite {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s.toml is told of so (-rewrite shows it as a diff):\n%s", name, got)
		}
	}
}
