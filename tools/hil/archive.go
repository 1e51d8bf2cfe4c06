package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeArchive writes files into the root of a cpio archive, as the kernel takes it for its first file system.
// Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
func writeArchive(out io.Writer, files []string) error {
	for i, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := writeEntry(out, i+1, 0o100755, filepath.Base(path), data); err != nil {
			return err
		}
	}
	return writeEntry(out, 0, 0, "TRAILER!!!", nil)
}

// writeEntry writes one file: 13 numbers of 8 hexadecimal digits, the name, the data, each padded to 4 bytes.
func writeEntry(out io.Writer, inode, mode int, name string, data []byte) error {
	header := "070701"
	for _, field := range []int{inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0} {
		header += fmt.Sprintf("%08X", field)
	}
	head := append([]byte(header+name), 0)
	for _, part := range [][]byte{head, data} {
		if _, err := out.Write(append(part, make([]byte, (4-len(part)%4)%4)...)); err != nil {
			return err
		}
	}
	return nil
}
