package api

// operations are all that the REST API can do, in the order of its documentation.
func operations(b *book) {
	const location = "/api/v1/locations/{locationId}"
	s := b.server

	b.tag = "Location"
	read(b, RoleView, "listLocations", "/api/v1/locations", "The one location of this gateway", s.places)
	read(b, RoleView, "getLocation", location, "The location: its floors, zones, gates and totals", s.place)
	read(b, RoleView, "getAvailability", location+"/availability", "How many spots are free, by type and floor", s.availability)

	read(b, RoleView, "listTariffs", location+"/tariffs", "The versions of the tariff that tickets were promised", s.tariffs)

	b.tag = "Spots"
	read(b, RoleView, "listSpots", location+"/floors/{floorId}/spots", "All spots of a floor, with status, type and occupant", s.spotsOfFloor)
	act(b, RoleOperate, "setSpotStatus", location+"/spots/{spotId}/status", "Say what is on a spot, in place of its sensor", s.setSpot)
	act(b, RoleConfigure, "serviceSpot", location+"/spots/{spotId}/service", "Take a spot out of service, or put it back", s.serviceSpot)

	b.tag = "Visits"
	act(b, RoleOperate, "enter", "/api/v1/entry", "A vehicle with this plate wants in", s.enter)
	act(b, RoleOperate, "exit", "/api/v1/exit", "A vehicle with this plate wants out", s.exit)

	b.tag = "Tickets"
	read(b, RoleOperate, "findTickets", "/api/v1/tickets", "Open tickets whose plate contains what is asked for", s.findTickets)
	read(b, RoleOperate, "listOpenTickets", location+"/tickets/open", "The visits that go on", s.openTickets)
	read(b, RoleView, "getTicket", "/api/v1/tickets/{ticketId}", "One visit, open or closed", s.oneTicket)
	read(b, RoleView, "getFee", "/api/v1/tickets/{ticketId}/fee", "What a ticket costs now, and why", s.fee)
	act(b, RoleOperate, "payTicket", "/api/v1/tickets/{ticketId}/pay", "Record a payment that a pay station, an app or an attendant took", s.pay)
	const payment = "/api/v1/tickets/{ticketId}/payments/{paymentId}"
	act(b, RoleOperate, "capturePayment", payment+"/capture", "Take money that was authorised", s.capture)
	act(b, RoleOperate, "voidPayment", payment+"/void", "Take a payment back as if it had never been", s.void)
	act(b, RoleOperate, "refundPayment", payment+"/refund", "Record money given back", s.refund)
	act(b, RoleOperate, "waiveFee", "/api/v1/tickets/{ticketId}/waive", "Let a driver off, with a reason", s.waive)
	act(b, RoleOperate, "oweFee", "/api/v1/tickets/{ticketId}/owe", "Let the vehicle out without paying: it owes what is due then", s.owe)
	act(b, RoleOperate, "validateTicket", "/api/v1/tickets/{ticketId}/validations", "Apply a validation or coupon of the ticket's tariff", s.validate)
	act(b, RoleOperate, "classTicket", "/api/v1/tickets/{ticketId}/class", "Say for whom a ticket is priced: kind of vehicle, group, chosen product", s.classTicket)
	act(b, RoleOperate, "reportCharging", location+"/charging-sessions", "Tell what a charger has given a vehicle until now; it is part of the fee", s.reportCharging)
	act(b, RoleOperate, "mislayTicket", "/api/v1/tickets/{ticketId}/lost", "The driver has lost the ticket: it costs what the tariff says of that", s.mislay)
	act(b, RoleOperate, "closeTicket", "/api/v1/tickets/{ticketId}/close", "Close a ticket whose vehicle is gone: a correction", s.correctTicket(true))
	act(b, RoleOperate, "reopenTicket", "/api/v1/tickets/{ticketId}/reopen", "Open a ticket again whose vehicle is still here: a correction", s.correctTicket(false))

	b.tag = "Reservations"
	create(b, RoleOperate, "makeReservation", "/api/v1/reservations", "Reserve a spot of a type for a time", s.makeReservation)
	read(b, RoleOperate, "getReservation", "/api/v1/reservations/{reservationId}", "One reservation, over or not", s.oneReservation)
	replace(b, RoleOperate, "editReservation", "/api/v1/reservations/{reservationId}", "Ask for something else; what can't be had leaves the old one whole", s.editReservation)
	remove(b, RoleOperate, "cancelReservation", "/api/v1/reservations/{reservationId}", "Cancel a reservation before it begins", s.cancelReservation)
	read(b, RoleOperate, "listUserReservations", "/api/v1/users/{userId}/reservations", "A user's reservations, by start", s.userReservations)

	b.tag = "Gates"
	gate := location + "/gates/{gateId}"
	read(b, RoleView, "listGates", location+"/gates", "All gates as they are now", s.allGates)
	act(b, RoleOperate, "openGate", gate+"/open", "Open a gate once", s.commandGate(openGate))
	act(b, RoleOperate, "holdGate", gate+"/hold", "Hold a gate open until it is released", s.commandGate(holdGate))
	act(b, RoleOperate, "releaseGate", gate+"/release", "End a hold", s.commandGate(releaseGate))
	act(b, RoleOperate, "lowerGate", gate+"/lower", "Close a gate; it refuses while anything is in its way", s.commandGate(lowerGate))
	act(b, RoleOperate, "confirmGate", gate+"/confirm", "Vouch for a gate, on site: its faults end, and its loops count as seen working", s.commandGate(confirmGate))
	act(b, RoleOperate, "correctCount", location+"/count", "Correct how many vehicles the loops count inside", s.correctCount)

	b.tag = "Passes"
	create(b, RoleConfigure, "issuePass", location+"/passes", "Give a plate or card a standing right to park", s.issuePass)
	remove(b, RoleConfigure, "revokePass", location+"/passes/{passId}", "End a pass at once", s.revokePass)

	b.tag = "Reports"
	read(b, RoleView, "getDashboard", location+"/dashboard", "Occupancy, revenue, trends and alerts", s.dashboard)
	read(b, RoleView, "getAnalytics", location+"/analytics", "Entries, exits, revenue and occupancy by day and hour", s.analytics)
	read(b, RoleView, "listAlerts", location+"/alerts", "What a person should know, and do", s.alerts)
	read(b, RoleView, "listDecisions", location+"/decisions", "The last decisions of all gates", s.decisions)
	read(b, RoleView, "streamEvents", location+"/events", "The state of the lot after every change, as server-sent events", s.events)
	b.describeStream(location + "/events")

	headquartersOperations(b)
}
