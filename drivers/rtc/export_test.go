package rtc

import "io/fs"

// ReadFrom has a clock be read from other files than those of its root.
func (c *Clock) ReadFrom(files fs.FS) { c.files = files }
