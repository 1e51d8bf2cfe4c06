// Package brokerbench is the peer that sync is measured against: what one builds of NATS alone. A leaf at the lot keeps facts in
// a JetStream stream, and a hub at headquarters mirrors it. It is here because nothing above cloud/broker may know that broker.
//
// No product code imports it.
package brokerbench
