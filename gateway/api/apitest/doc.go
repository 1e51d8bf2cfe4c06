// Package apitest is a gateway for tests of what stands on gateway/api: a Backend round a real lot, decided on at
// once, on a clock that only the test moves. Its arms rise and fall as they are told.
//
// No program imports it.
package apitest
