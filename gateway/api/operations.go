package api

import (
	"reflect"

	"gatehouse/sync/rest"
)

// operations are all that the REST API can do, in the order of its documentation.
func (s *server) operations(b *rest.Book) {
	const location = "/api/v1/locations/{locationId}"

	b.Tag = "Location"
	rest.Read(b, rest.RoleView, "listLocations", "/api/v1/locations", "The one location of this gateway", s.places)
	rest.Read(b, rest.RoleView, "getLocation", location, "The location: its floors, zones, gates and totals", s.place)
	rest.Read(b, rest.RoleView, "getAvailability", location+"/availability", "How many spots are free, by type and floor", s.availability)

	rest.Read(b, rest.RoleView, "listTariffs", location+"/tariffs", "The versions of the tariff that tickets were promised", s.tariffs)

	b.Tag = "Spots"
	rest.Read(b, rest.RoleView, "listSpots", location+"/floors/{floorId}/spots", "All spots of a floor, with status, type and occupant", s.spotsOfFloor)
	rest.Act(b, rest.RoleOperate, "setSpotStatus", location+"/spots/{spotId}/status", "Say what is on a spot, in place of its sensor", s.setSpot)
	rest.Act(b, rest.RoleConfigure, "serviceSpot", location+"/spots/{spotId}/service", "Take a spot out of service, or put it back", s.serviceSpot)

	b.Tag = "Visits"
	rest.Act(b, rest.RoleOperate, "enter", "/api/v1/entry", "A vehicle with this plate wants in", s.enter)
	rest.Act(b, rest.RoleOperate, "exit", "/api/v1/exit", "A vehicle with this plate wants out", s.exit)

	b.Tag = "Tickets"
	rest.Read(b, rest.RoleOperate, "findTickets", "/api/v1/tickets", "Open tickets whose plate contains what is asked for", s.findTickets)
	rest.Read(b, rest.RoleOperate, "listOpenTickets", location+"/tickets/open", "The visits that go on", s.openTickets)
	rest.Read(b, rest.RoleView, "getTicket", "/api/v1/tickets/{ticketId}", "One visit, open or closed", s.oneTicket)
	rest.Read(b, rest.RoleView, "getFee", "/api/v1/tickets/{ticketId}/fee", "What a ticket costs now, and why", s.fee)
	rest.Act(b, rest.RoleOperate, "payTicket", "/api/v1/tickets/{ticketId}/pay", "Record a payment that a pay station, an app or an attendant took", s.pay)
	const payment = "/api/v1/tickets/{ticketId}/payments/{paymentId}"
	rest.Act(b, rest.RoleOperate, "capturePayment", payment+"/capture", "Take money that was authorised", s.capture)
	rest.Act(b, rest.RoleOperate, "voidPayment", payment+"/void", "Take a payment back as if it had never been", s.void)
	rest.Act(b, rest.RoleOperate, "refundPayment", payment+"/refund", "Record money given back", s.refund)
	rest.Act(b, rest.RoleOperate, "waiveFee", "/api/v1/tickets/{ticketId}/waive", "Let a driver off, with a reason", s.waive)
	rest.Act(b, rest.RoleOperate, "oweFee", "/api/v1/tickets/{ticketId}/owe", "Let the vehicle out without paying: it owes what is due then", s.owe)
	rest.Act(b, rest.RoleOperate, "validateTicket", "/api/v1/tickets/{ticketId}/validations", "Apply a validation or coupon of the ticket's tariff", s.validate)
	rest.Act(b, rest.RoleOperate, "classTicket", "/api/v1/tickets/{ticketId}/class", "Say for whom a ticket is priced: kind of vehicle, group, chosen product", s.classTicket)
	rest.Act(b, rest.RoleOperate, "reportCharging", location+"/charging-sessions", "Tell what a charger has given a vehicle until now; it is part of the fee", s.reportCharging)
	rest.Act(b, rest.RoleOperate, "mislayTicket", "/api/v1/tickets/{ticketId}/lost", "The driver has lost the ticket: it costs what the tariff says of that", s.mislay)
	rest.Act(b, rest.RoleOperate, "closeTicket", "/api/v1/tickets/{ticketId}/close", "Close a ticket whose vehicle is gone: a correction", s.correctTicket(true))
	rest.Act(b, rest.RoleOperate, "reopenTicket", "/api/v1/tickets/{ticketId}/reopen", "Open a ticket again whose vehicle is still here: a correction", s.correctTicket(false))

	b.Tag = "Reservations"
	rest.Create(b, rest.RoleOperate, "makeReservation", "/api/v1/reservations", "Reserve a spot of a type for a time", s.makeReservation)
	rest.Read(b, rest.RoleOperate, "getReservation", "/api/v1/reservations/{reservationId}", "One reservation, over or not", s.oneReservation)
	rest.Replace(b, rest.RoleOperate, "editReservation", "/api/v1/reservations/{reservationId}", "Ask for something else; what can't be had leaves the old one whole", s.editReservation)
	rest.Remove(b, rest.RoleOperate, "cancelReservation", "/api/v1/reservations/{reservationId}", "Cancel a reservation before it begins", s.cancelReservation)
	rest.Read(b, rest.RoleOperate, "listUserReservations", "/api/v1/users/{userId}/reservations", "A user's reservations, by start", s.userReservations)

	b.Tag = "Gates"
	gate := location + "/gates/{gateId}"
	rest.Read(b, rest.RoleView, "listGates", location+"/gates", "All gates as they are now", s.allGates)
	rest.Act(b, rest.RoleOperate, "openGate", gate+"/open", "Open a gate once", s.commandGate(openGate))
	rest.Act(b, rest.RoleOperate, "holdGate", gate+"/hold", "Hold a gate open until it is released", s.commandGate(holdGate))
	rest.Act(b, rest.RoleOperate, "releaseGate", gate+"/release", "End a hold", s.commandGate(releaseGate))
	rest.Act(b, rest.RoleOperate, "lowerGate", gate+"/lower", "Close a gate; it refuses while anything is in its way", s.commandGate(lowerGate))
	rest.Act(b, rest.RoleOperate, "confirmGate", gate+"/confirm", "Vouch for a gate, on site: its faults end, and its loops count as seen working", s.commandGate(confirmGate))
	rest.Act(b, rest.RoleOperate, "correctCount", location+"/count", "Correct how many vehicles the loops count inside", s.correctCount)

	b.Tag = "Passes"
	rest.Create(b, rest.RoleConfigure, "issuePass", location+"/passes", "Give a plate or card a standing right to park", s.issuePass)
	rest.Remove(b, rest.RoleConfigure, "revokePass", location+"/passes/{passId}", "End a pass at once", s.revokePass)

	b.Tag = "Reports"
	rest.Read(b, rest.RoleView, "getDashboard", location+"/dashboard", "Occupancy, revenue, trends and alerts", s.dashboard)
	rest.Read(b, rest.RoleView, "getAnalytics", location+"/analytics", "Entries, exits, revenue and occupancy by day and hour", s.analytics)
	rest.Read(b, rest.RoleView, "listAlerts", location+"/alerts", "What a person should know, and do", s.alerts)
	rest.Read(b, rest.RoleView, "listDecisions", location+"/decisions", "The last decisions of all gates", s.decisions)
	rest.Read(b, rest.RoleView, "streamEvents", location+"/events", "The state of the lot after every change, as server-sent events", s.events)
	b.DescribeStream(location+"/events", reflect.TypeFor[State]())

	s.headquartersOperations(b)
}
