// Package documents is the contract of a store of versioned values: what the desk, the sales office and the registry keep
// between two runs of headquarters. cloud/store keeps them in its database, documentstest in memory; one test judges both.
//
// It imports nothing of Gatehouse.
package documents
