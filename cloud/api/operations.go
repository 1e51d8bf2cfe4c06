package api

// operations are all that the REST API can do, in the order of its documentation.
func operations(b *book) {
	const location = "/api/v1/locations/{locationId}"
	s := b.server

	b.tag = "Chain"
	read(b, RoleView, "getChain", "/api/v1/dashboard", "All locations at a glance, and what needs a person today", s.chain)
	read(b, RoleView, "streamChain", "/api/v1/events", "The same after every change, as server-sent events", s.events)
	b.describeStream("/api/v1/events")
	read(b, RoleView, "listLocations", "/api/v1/locations", "All locations", s.locations)

	b.tag = "Location"
	read(b, RoleView, "getLocation", location, "One location: its gates, sync, versions, devices and policies", s.location)
	replace(b, RoleConfigure, "setLocation", location, "Name a location, its time zone, currency and floors", s.setLocation)
	read(b, RoleView, "getAvailability", location+"/availability", "How many spots are free, by type and floor", s.availability)
	read(b, RoleView, "getFloorAvailability", location+"/floors/{floorId}/availability", "How many spots of one floor are free", s.floorAvailability)
	read(b, RoleView, "listSpots", location+"/floors/{floorId}/spots", "The newest word on each spot of a floor", s.spotsOfFloor)
	read(b, RoleView, "getDashboard", location+"/dashboard", "Occupancy, revenue, trends and alerts", s.dashboard)
	read(b, RoleView, "getAnalytics", location+"/analytics", "Entries, exits and revenue by day and hour, late facts included", s.analytics)
	read(b, RoleOperate, "listOpenTickets", location+"/tickets/open", "The visits that go on, as far as headquarters knows", s.openTickets)

	b.tag = "Reservations"
	create(b, RoleOperate, "makeReservation", "/api/v1/reservations", "Sell a reservation against the rights that the location lent; works while it is offline", s.makeReservation)
	read(b, RoleOperate, "getReservation", "/api/v1/reservations/{reservationId}", "One reservation, sold here or made at its location", s.oneReservation)
	replace(b, RoleOperate, "editReservation", "/api/v1/reservations/{reservationId}", "Ask for something else; what can't be had leaves the old one whole", s.editReservation)
	remove(b, RoleOperate, "cancelReservation", "/api/v1/reservations/{reservationId}", "Cancel a reservation before it begins", s.cancelReservation)
	read(b, RoleOperate, "listUserReservations", "/api/v1/users/{userId}/reservations", "A user's reservations at all locations, by start", s.userReservations)
	read(b, RoleView, "getRights", location+"/rights", "The rights that the location lends headquarters to sell", s.rights)
	replace(b, RoleConfigure, "askRights", location+"/rights", "Ask the location to lend so many rights of each type; they count when it has agreed", s.askRights)

	b.tag = "Orders"
	act(b, RoleOperate, "orderGate", location+"/orders", "Open a gate once, hold it, end a hold, let a ticket out free, or restart the gateway: signed, once, with a reason", s.order)

	b.tag = "Policies"
	create(b, RoleConfigure, "release", "/api/v1/rollouts", "Release a tariff, passes, validations, block list or settings: some locations first", s.release)
	read(b, RoleView, "listRollouts", "/api/v1/rollouts", "All rollouts, the newest first", s.rollouts)
	read(b, RoleView, "getRollout", "/api/v1/rollouts/{rolloutId}", "One rollout, location by location", s.rollout)
	act(b, RoleConfigure, "stopRollout", "/api/v1/rollouts/{rolloutId}/stop", "Stop a rollout where it is", s.stopRollout)
	act(b, RoleConfigure, "resumeRollout", "/api/v1/rollouts/{rolloutId}/resume", "Have a stopped rollout go on without the locations that failed", s.resumeRollout)
	read(b, RoleView, "listPolicies", location+"/policies", "The newest document of each kind, and what the gateway says of it", s.policies)

	b.tag = "Gateways"
	create(b, RoleConfigure, "makeCode", "/api/v1/enrolment-codes", "Make a one-time code for a gateway of a location", s.makeCode)
	read(b, RoleView, "listDevices", "/api/v1/devices", "All gateways with their fingerprints; those that wait for confirmation first", s.devices)
	act(b, RoleConfigure, "confirmDevice", "/api/v1/devices/{fingerprint}/confirm", "Let a gateway in whose fingerprint was compared", s.confirmDevice)
	act(b, RoleConfigure, "revokeDevice", "/api/v1/devices/{fingerprint}/revoke", "Take a gateway's right away, at once and for good", s.revokeDevice)
	act(b, RoleConfigure, "settleIncarnation", location+"/incarnations/{incarnation}/settle", "Decide about facts that are kept apart: a fork or a clone", s.settle)

	b.tag = "Access"
	read(b, RoleConfigure, "listKeys", "/api/v1/keys", "Who may ask, by API key", s.listKeys)
	create(b, RoleConfigure, "makeKey", "/api/v1/keys", "Make an API key; it is shown once", s.makeKey)
	remove(b, RoleConfigure, "endKey", "/api/v1/keys/{name}", "End an API key at once", s.endKey)
	read(b, RoleOperate, "listAudit", "/api/v1/audit", "What people did, the newest first", s.audit)
}
