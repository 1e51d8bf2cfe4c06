// Package platerecognizer reads what Plate Recognizer posts when it has seen a plate: Stream's webhooks, and Snapshot's
// webhooks and answers. A body is JSON, alone or as the part "json" of a multipart form (guides.platerecognizer.com,
// "Webhooks and Outputs").
//
//	plate, score, candidates    as written, in whatever case; a missing plate is a vehicle without a readable one. Where
//	                            vehicles are looked for first, plate is an object with its opinions in props
//	region.code                 the country, as written
//	vehicle.type                "Big Truck", "Bus" and "Van" are large; "Motorcycle", "Pickup Truck", "Sedan" and "SUV" are
//	                            regular; any other type, and none, says nothing
//	direction                   degrees in the picture, as a number or a text; within 90 degrees of the setting
//	                            inward_degrees it is inward, else outward, and without the setting unknown
//	timestamp                   the camera's clock; UTC where it has no zone
//
// hook.id names the camera and not the event, so an event's id is made of camera, time and plate. A picture without any
// vehicle, and events of other kinds, tell the lane nothing.
//
// parse.go is pure. Event is the other side. The package imports drivers, drivers/platecamera and sync/fact.
package platerecognizer
