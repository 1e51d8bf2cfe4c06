package api

import (
	"reflect"

	"gatehouse/sync/rest"
)

// operations are all that the REST API can do, in the order of its documentation.
func (s *Server) operations(b *rest.Book) {
	const location = "/api/v1/locations/{locationId}"

	b.Tag = "Chain"
	rest.Read(b, rest.RoleView, "getChain", "/api/v1/dashboard", "All locations at a glance, and what needs a person today", s.chain)
	rest.Read(b, rest.RoleView, "streamChain", "/api/v1/events", "The same after every change, as server-sent events", s.events)
	b.DescribeStream("/api/v1/events", reflect.TypeFor[State]())
	rest.Read(b, rest.RoleView, "listLocations", "/api/v1/locations", "All locations", s.locations)

	rest.Read(b, rest.RoleView, "exportDays", "/api/v1/analytics.csv", "A row of entries, exits and revenue for each day and location, for a spreadsheet", s.export)
	b.DescribeContent("/api/v1/analytics.csv", "text/csv")

	b.Tag = "Location"
	rest.Read(b, rest.RoleView, "getLocation", location, "One location: its gates, sync, versions, devices and policies", s.location)
	rest.Replace(b, rest.RoleConfigure, "setLocation", location, "Name a location, its time zone, currency and floors", s.setLocation)
	rest.Read(b, rest.RoleView, "getAvailability", location+"/availability", "How many spots are free, by type and floor", s.availability)
	rest.Read(b, rest.RoleView, "getFloorAvailability", location+"/floors/{floorId}/availability", "How many spots of one floor are free", s.floorAvailability)
	rest.Read(b, rest.RoleView, "listSpots", location+"/floors/{floorId}/spots", "The newest word on each spot of a floor", s.spotsOfFloor)
	rest.Read(b, rest.RoleView, "getDashboard", location+"/dashboard", "Occupancy, revenue, trends and alerts", s.dashboard)
	rest.Read(b, rest.RoleView, "getAnalytics", location+"/analytics", "Entries, exits and revenue by day and hour, late facts included", s.analytics)
	rest.Read(b, rest.RoleOperate, "listOpenTickets", location+"/tickets/open", "The visits that go on, as far as headquarters knows", s.openTickets)

	s.rightOperations(b)

	b.Tag = "Needs"
	rest.Act(b, rest.RoleOperate, "setAside", location+"/needs/set-aside", "Have a need that somebody knows of be quiet until a time, or be told again", s.setAside)

	b.Tag = "Orders"
	rest.Act(b, rest.RoleOperate, "orderGate", location+"/orders", "Open a gate once, hold it, end a hold, let a ticket out free, or restart the gateway: signed, once, with a reason", s.order)

	b.Tag = "Policies"
	rest.Create(b, rest.RoleConfigure, "release", "/api/v1/rollouts", "Release a tariff, passes, validations, block list or settings: some locations first", s.release)
	rest.Read(b, rest.RoleView, "listRollouts", "/api/v1/rollouts", "All rollouts, the newest first", s.rollouts)
	rest.Read(b, rest.RoleView, "getRollout", "/api/v1/rollouts/{rolloutId}", "One rollout, location by location", s.rollout)
	rest.Act(b, rest.RoleConfigure, "stopRollout", "/api/v1/rollouts/{rolloutId}/stop", "Stop a rollout where it is", s.stopRollout)
	rest.Act(b, rest.RoleConfigure, "resumeRollout", "/api/v1/rollouts/{rolloutId}/resume", "Have a stopped rollout go on without the locations that failed", s.resumeRollout)
	rest.Read(b, rest.RoleView, "listPolicies", location+"/policies", "The newest document of each kind, and what the gateway says of it", s.policies)
	rest.Read(b, rest.RoleView, "listAllPolicies", "/api/v1/policies", "The same of all locations", s.allPolicies)

	b.Tag = "Gateways"
	rest.Create(b, rest.RoleConfigure, "makeCode", "/api/v1/enrolment-codes", "Make a one-time code for a gateway of a location", s.makeCode)
	rest.Read(b, rest.RoleView, "listDevices", "/api/v1/devices", "All gateways with their fingerprints; those that wait for confirmation first", s.devices)
	rest.Act(b, rest.RoleConfigure, "confirmDevice", "/api/v1/devices/{fingerprint}/confirm", "Let a gateway in whose fingerprint was compared", s.confirmDevice)
	rest.Act(b, rest.RoleConfigure, "revokeDevice", "/api/v1/devices/{fingerprint}/revoke", "Take a gateway's right away, at once and for good", s.revokeDevice)
	rest.Act(b, rest.RoleConfigure, "verifyLocation", location+"/verify", "Fold a location's signed batches anew, hold its rows against them, and mend the rows", s.verify)
	rest.Act(b, rest.RoleConfigure, "settleIncarnation", location+"/incarnations/{incarnation}/settle", "Decide about facts that are kept apart: a fork or a clone", s.settle)

	b.Tag = "Access"
	rest.Read(b, rest.RoleConfigure, "listKeys", "/api/v1/keys", "Who may ask, by API key", s.listKeys)
	rest.Create(b, rest.RoleConfigure, "makeKey", "/api/v1/keys", "Make an API key; it is shown once", s.makeKey)
	rest.Remove(b, rest.RoleConfigure, "endKey", "/api/v1/keys/{name}", "End an API key at once", s.endKey)
	rest.Read(b, rest.RoleView, "getSigningKey", "/api/v1/signing-key", "With which key headquarters signs what it says, and who has not heard of it", s.signing)
	rest.Act(b, rest.RoleConfigure, "changeSigningKey", "/api/v1/signing-key/change", "Make a new signing key; gateways believe it by the word of the old one, which counts until the overlap ends", s.changeKey)
	rest.Act(b, rest.RoleConfigure, "endSigningKeyChange", "/api/v1/signing-key/end", "End the overlap now: the new signing key counts alone", s.endKeyChange)
	rest.Read(b, rest.RoleOperate, "listAudit", "/api/v1/audit", "What people did, the newest first", s.audit)

	s.feedOperations(b)
}

// rightOperations are about who may come, and when.
func (s *Server) rightOperations(b *rest.Book) {
	const location = "/api/v1/locations/{locationId}"

	b.Tag = "Reservations"
	rest.Create(b, rest.RoleOperate, "makeReservation", "/api/v1/reservations", "Sell a reservation against the rights that the location lent; works while it is offline", s.makeReservation)
	rest.Read(b, rest.RoleOperate, "getReservation", "/api/v1/reservations/{reservationId}", "One reservation, sold here or made at its location", s.oneReservation)
	rest.Replace(b, rest.RoleOperate, "editReservation", "/api/v1/reservations/{reservationId}", "Ask for something else; what can't be had leaves the old one whole", s.editReservation)
	rest.Remove(b, rest.RoleOperate, "cancelReservation", "/api/v1/reservations/{reservationId}", "Cancel a reservation before it begins", s.cancelReservation)
	rest.Read(b, rest.RoleOperate, "listUserReservations", "/api/v1/users/{userId}/reservations", "A user's reservations at all locations, by start", s.userReservations)
	rest.Read(b, rest.RoleOperate, "listComingReservations", location+"/reservations", "The reservations of a location that stand and are not over, by start", s.comingReservations)
	rest.Read(b, rest.RoleView, "getRights", location+"/rights", "The rights that the location lends headquarters to sell", s.rights)
	rest.Replace(b, rest.RoleConfigure, "askRights", location+"/rights", "Ask the location to lend so many rights of each type; they count when it has agreed", s.askRights)

	b.Tag = "Passes"
	rest.Read(b, rest.RoleOperate, "listPasses", location+"/passes", "The passes that stand at a location, headquarters' and its own", s.passes)
	rest.Replace(b, rest.RoleConfigure, "putPass", "/api/v1/passes/{passId}", "Give a pass at some locations or all, or new terms; all other passes stay as they are", s.putPass)
	rest.Act(b, rest.RoleConfigure, "endPass", "/api/v1/passes/{passId}/end", "End a pass at some locations, or wherever it stands", s.endPass)
}
