package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// openFile opens a file that a person named, and says what is wrong with the name if it is none of a file. The caller closes
// it.
func openFile(name string) (*os.File, error) {
	if name == "" {
		return nil, errors.New("the name of a file is empty: is a variable of the shell not set?")
	}
	file, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %q here: check its name and folder", name)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%q can't be read by this user: sudo, or chmod", name)
	case err != nil:
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%q is a folder: name one of the files in it", name), file.Close())
	}
	return file, nil
}

// readAtMost reads a whole file, or "-", the standard input. What is larger is an error that ends with advice.
func readAtMost(name string, bytesMax int64, advice string) ([]byte, error) {
	in := os.Stdin
	if name != "-" {
		file, err := openFile(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	body, err := io.ReadAll(io.LimitReader(in, bytesMax+1))
	if err == nil && int64(len(body)) > bytesMax {
		err = fmt.Errorf("%s is larger than %d bytes: %s", name, bytesMax, advice)
	}
	return body, err
}

// writtenMax is larger than what a person writes.
const writtenMax = 8 << 20

// readWritten reads a file that a person wrote.
func readWritten(name string) ([]byte, error) {
	return readAtMost(name, writtenMax, "is it the right one?")
}
