// Package apitest makes a chain of car parks for tests of headquarters' interfaces: counters of as many lots as wanted, as
// facts of sync/traffic and live messages would make them, over a real store.
package apitest
