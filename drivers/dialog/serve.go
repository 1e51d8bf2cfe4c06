package dialog

import "io"

// Serve is the far side of a port, as simulated devices have it: it reads until the port ends, and returns the port's error.
// take is given what came and was not taken yet, again and again while it finds something; used is how much of it is done
// with.
func Serve(port io.Reader, take func(data []byte) (used int, found bool)) error {
	var data []byte
	chunk := make([]byte, 256)
	for {
		n, err := port.Read(chunk)
		if err != nil {
			return err
		}
		data = append(data, chunk[:n]...)
		for found := true; found; {
			used := 0
			used, found = take(data)
			data = data[used:]
		}
	}
}
