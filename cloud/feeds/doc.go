// Package feeds writes what the public may know of a chain's car parks in the forms that others read: APDS 4 (places with
// supply and demand, rate tables), DATEX II v3.7 (ParkingTablePublication and ParkingStatusPublication) and ParkAPI v3.
//
// There is one model, Site, and a writer for each form; a writer is a function of its sites, so that the same sites are the
// same bytes. Money and coordinates are decimal numbers there because the forms ask for it.
//
// Guarantees: what nobody knows is never told as free. A site whose gateway has not spoken lately has no counts, and an
// opening status of unknown; counts are never negative and never more than there are spots. A site without coordinates is in
// no form that needs them.
//
// Traps of the forms are met as follows: an APDS place is valid as a Campus too, so that a strict reader of their oneOf fails
// on every place, and not on ours alone; ParkAPI readers take coordinates in Europe only and refuse 0/0; DATEX II v3.7 names
// the type of a place "place" where APDS writes "parkingPlace".
//
// The package imports of this project sync/fact alone.
package feeds
