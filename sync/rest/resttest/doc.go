// Package resttest holds an API against its own description, over real HTTP: every operation that the description lists is
// asked, rightly and wrongly, and what it answers is compared with what the description promises.
//
// It is for tests, and imports nothing of Gatehouse.
package resttest
