// Package platecamera is what the drivers of plate cameras share: bodies are taken apart, documents become values, values
// become events, and events that are news become reads.
//
//	body       multipart with or without its first boundary line, recorded heads, several documents in a row   body.go
//	packing    gzip, deflate, chunks, base64 and quoted-printable, still done or already undone                packing.go
//	document   JSON, XML, key=value lines and Code=…;data={…} as one kind of tree (Node)                        json.go xml.go pairs.go
//	event      what all makes say of a car, in one record; each make's Format fills it in                      event.go
//	characters GB 18030, UTF-16 and code pages become UTF-8, as the body says or shows                          charset.go
//	parser     a body's events, in memory that is used again from event to event                                parser.go
//	camera     the drivers.Camera and http.Handler that takes posts, or asks the camera (a Source)              camera.go
//
// It is liberal in form: content types lie, numbers come as texts, names come in any case and any name space, commas are
// forgotten, posts come packed, in envelopes of others, and as a text in those, times come with and without a zone, and as
// seconds, milliseconds, microseconds and nanoseconds. It is strict in meaning:
//   - "unknown", "No Plate", "无车牌" and the like are no plates, and neither is text that is not sound UTF-8.
//   - Confidences are shares from 0 to 1, exactly as written, whatever the camera's scale.
//   - A time without a zone is in the zone of the setting, UTC without one.
//   - Which of the camera's two words is inward is a setting of the lane: a camera that sees cars from behind calls all
//     that drive in "reverse". Without the setting, the direction is unknown.
//   - Letters that are not ASCII stay; where a camera writes a plate with and without them, the one with them is the plate.
//
// What the lane is told: a vehicle once; again if the camera corrects its plate. Not told are repetitions (the same id, or
// the same plate within repeat_seconds by the camera's clock), summaries of what was told, the end of a passage (lost),
// heartbeats, bicycles, and everything else. A vehicle without a readable plate is told as a read without a plate. One that a
// camera kept while nobody took it, and tells more than half a minute after it saw it, is noted as a fault and opens nothing.
//
// A camera that does not say that it kept a vehicle is believed, however old its time is, and also in the burst after it was away.
// What its clock was ahead by before does not tell: a camera that was without power goes on from when it lost it until the network
// sets its clock, so that the vehicle which stands there looks just as old as one of the outage; and to wait for a younger one
// holds up who stands there. To refuse a live vehicle is worse than to believe a kept one, which a gate with an arming loop
// doesn't open for unless a vehicle stands on it.
//
// A document that is cut off or damaged loses no other: what is whole in its body is told beside ErrPart, and the fault noted.
//
// A post is answered with 200 when its events were taken, or are none of a car; with 400 if it can't be understood, with
// 413 if it is larger than BodyMax, and with 503 if nobody takes its events within a second, or eight others are on their
// way, so that the camera sends it again. Pictures are stepped over and never decoded; a document has at most nodesMax
// values, depthMax levels and no document type.
//
// A camera that is asked is asked over HTTP, with digest proof (MD5 and SHA-256, RFC 7616), or over HTTPS. One with a certificate
// of its own, as they come, is believed with that certificate and no other once its fingerprint stands in the settings; until
// then, and when it shows another one, the fault names the fingerprint that was seen, and nothing of ours is sent. When a
// camera is lost or silent, See ends with drivers.ErrOffline, and the app begins again.
//
// Everything but camera.go, handler.go, connection.go, certificate.go, stream.go and simulator.go is pure. The package imports
// drivers and sync/fact; it knows no make, and no make knows another.
package platecamera
