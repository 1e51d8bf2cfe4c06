package pca9548

import (
	"fmt"
	"slices"

	"gatehouse/drivers"
)

// Claims are the places of a board's I2C buses that are in use.
type Claims struct{ taken []drivers.I2CPlace }

// Take takes a place, or says why it can't be used beside those that are.
func (c *Claims) Take(at drivers.I2CPlace) error {
	for _, other := range c.taken {
		if clash := at.Clash(other); clash != "" {
			return fmt.Errorf("%s: name it at one device only: %w", clash, drivers.ErrOffline)
		}
	}
	c.taken = append(c.taken, at)
	return nil
}

// Release gives a place back.
func (c *Claims) Release(at drivers.I2CPlace) {
	c.taken = slices.DeleteFunc(c.taken, func(one drivers.I2CPlace) bool { return one == at })
}
