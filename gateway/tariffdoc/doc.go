// Package tariffdoc reads tariffs.
package tariffdoc
