package magnetic

// Parse is the parser of a chip, as a test needs it: what the data registers say, in the given range.
func Parse(chip string, data []byte, rangeNow int) (fieldNT [3]int32, overflow bool, err error) {
	var m measurement
	switch chip {
	case "qmc5883l":
		m, err = parseQMC(data, byte(rangeNow))
	case "hmc5883l":
		m, err = parseHMC(data, rangeNow%hmcRanges)
	case "lis3mdl":
		m, err = parseLIS(data, rangeNow%lisRanges)
	case "rm3100":
		m, err = parseRM(data)
	case "mmc5983ma":
		m.fieldNT, m.overflow, err = parseMMC(data)
	}
	return m.fieldNT, m.overflow, err
}
