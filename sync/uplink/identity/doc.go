// Package identity is who a gateway is to headquarters: a key that was made on the device and never leaves it, the
// certificate that headquarters gave for it, and what headquarters said of itself.
//
// Two files in one folder, which only their owner reads:
//
//	device.pem          the key (PKCS #8) and its certificate, in one file so that one rename replaces both
//	headquarters.json   location, chain, addresses, the authority's certificate, and the key that signs documents
//
// Guarantees:
//   - The first contact (Enrol) can't know headquarters' certificate yet, unless it is told the authority: so the
//     fingerprint of the device's key, which no one in between can imitate, is compared by two people.
//   - All later contacts verify headquarters' certificate, with TLS 1.3.
//   - A renewal replaces key and certificate together. One that is interrupted leaves the old ones, which work until the
//     new ones were used.
//   - An identity that has expired is still read, and says so: it opens nothing at headquarters, and stops nothing here.
//
// It imports sync/policy and sync/durable alone.
package identity
