// Package all is the Catalog of every driver that Gatehouse ships, one line each. It imports drivers and the device
// families, and only the app and the tools import it.
package all
