// Package layout lays a simulated car park out: it makes the plan of its world and the site file by which a
// gateway runs it, so that both speak of the same gates and spots.
//
// It imports the world and nothing of the gateway; the site file is text.
package layout
