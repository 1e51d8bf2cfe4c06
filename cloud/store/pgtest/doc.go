// Package pgtest runs private PostgreSQL servers from Debian's package, for tests: in a temporary folder, on a socket, as
// the user postgres where the test is root, and gone with the test.
package pgtest
