//go:build !linux

package line

import "errors"

func openPiControl() (processImage, error) {
	return nil, errors.New("a Revolution Pi runs Linux")
}
