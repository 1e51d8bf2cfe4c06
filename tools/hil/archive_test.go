package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
func TestAnArchiveIsAsTheKernelReadsIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "init")
	if err := os.WriteFile(file, []byte("#!/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := writeArchive(&out, []string{file}); err != nil {
		t.Fatal(err)
	}
	want := "070701" + "00000001" + "000081ED" + "00000000" + "00000000" + "00000001" + "00000000" + "00000005" +
		"00000000" + "00000000" + "00000000" + "00000000" + "00000005" + "00000000" + "init\x00" + "\x00" + "#!/x\n\x00\x00\x00"
	if got := out.Bytes(); len(got)%4 != 0 || !bytes.HasPrefix(got, []byte(want)) || !bytes.Contains(got[len(want):], []byte("TRAILER!!!\x00")) {
		t.Errorf("%q", got)
	}
}
