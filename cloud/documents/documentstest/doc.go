// Package documentstest is a documents.Store in memory, and the test that every Store must pass. It is for tests alone.
package documentstest
