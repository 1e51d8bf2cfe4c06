package main

import "path/filepath"

// measureCloud measures headquarters: facts a second from gateways to the acknowledgement, 500 gateways at once, views over a
// million spots, bytes a visit.
func measureCloud(o options) ([]row, error) {
	rows, err := wholePath(o.folder, o.scale(25_000, 3_000), o.rounds)
	if err != nil {
		return nil, err
	}
	fleet, err := measureFleet(o)
	if err != nil {
		return nil, err
	}
	views, err := viewsOf(o.quick)
	if err != nil {
		return nil, err
	}
	size, err := bytesPerRow(filepath.Join(o.folder, "rows"), o.quick)
	if err != nil {
		return nil, err
	}
	return append(append(append(rows, fleet...), views...), size...), nil
}
