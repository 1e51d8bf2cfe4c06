// Package hikvision reads the plate cameras of Hikvision, and recorders that speak for them: the event notifications of
// ISAPI, posted by the camera (HTTP listening) or asked for (source alertStream, /ISAPI/Event/notification/alertStream).
//
// An EventNotificationAlert is XML, in the name spaces hikvision.com/ver10 and ver20, isapi.org/ver20, std-cgi and none,
// with and without prefixes, or JSON with the part "ANPR" or "aNPR". Beside it come pictures, in one multipart.
//
//	licensePlate               the plate; in China a word for its colour may stand before it, which is left out
//	originalLicensePlate       the plate in its own letters, where licensePlate is a translation of it into ASCII; else what was
//	                           read before the camera's own list corrected it: a second opinion
//	confidenceLevel            0 to 100; plateCharBelieve is the same for each character
//	direction                  forward or reverse, as the camera sees it: the setting inward says which is which. Without it,
//	                           enter or leave of EntranceInfo
//	country                    a code, if it is one, or countryAbbreviation; the numbers that most firmware writes are left out
//	isDataRetransmission       true, or alarmDataType 1: the camera kept the event and tells it late
//	macAddress, UUID           camera and event; channelID is the camera at a recorder
//
// The answer to a search for plates (vehicleDetect/plates), the plates in metadata, and the cars that a camera over the
// spots sees come and go (PackingSpaceRecognition) are read as well.
//
// videoloss that is inactive is the heartbeat. An ANPR event without a plate is a vehicle whose plate was not read; one
// whose vehicleType is a person or a bicycle is none.
//
// Camera is the other side. The package imports drivers/platecamera and drivers.
package hikvision
