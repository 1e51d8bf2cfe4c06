// Package platerecognizer receives what Plate Recognizer Stream posts when it has seen a plate: a POST with a JSON
// body, alone or as the part "json" of a multipart form (guides.platerecognizer.com, "Webhooks and Outputs").
//
// What is read of it:
//
//	plate, score, candidates    as written, in whatever case; a missing plate is a vehicle without a readable one
//	region.code                 the country, as written
//	vehicle.type                "Big Truck", "Bus" and "Van" are large; "Motorcycle", "Pickup Truck", "Sedan" and "SUV" are
//	                            regular; any other type, and none, says nothing
//	direction                   degrees in the picture, as a number or a text; within 90 degrees of the setting
//	                            inward_degrees it is inward, else outward, and without the setting unknown
//	timestamp                   the camera's clock
//
// hook.id names the camera and not the event, so an event's id is made of camera, time and plate. An event that is
// posted again is answered with 200 and not reported again. Events of other kinds (heartbeats) are answered with 200
// and ignored. A body that is too large is answered with 413, one that can't be understood with 400 and counted, and one
// that nobody takes within a second with 503, so that the camera sends it again.
//
// parse.go is pure. Event is the other side, on the same structures. The package imports drivers and sync/fact.
package platerecognizer
