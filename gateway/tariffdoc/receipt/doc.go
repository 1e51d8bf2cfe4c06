// Package receipt says in words how the amounts of a fee came about: the same words in the tool, the API and the page.
// It imports gateway/tariff and sync/fact, and reads nothing.
package receipt
