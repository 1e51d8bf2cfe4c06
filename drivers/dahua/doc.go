// Package dahua reads the plate cameras of Dahua and of the makes that sell them under their own name. They tell events in
// four ways, and all are read alike:
//
//	events     Code=TrafficJunction;action=Pulse;index=0;data={…} (/cgi-bin/eventManager.cgi, asked for)
//	pictures   Events[0].TrafficCar.PlateNumber=… with a picture after it (/cgi-bin/snapManager.cgi, asked for)
//	calls      client.notifyEventStream with an eventList, and client.notifySnapFile with a picture (RPC2: login,
//	           eventManager.attach, SubscribeNotify.cgi)
//	posts      {"Picture":{"Plate":…,"SnapInfo":…}} to /devices/{deviceId}/NotificationInfo/TollgateInfo (ITSAPI), and
//	           beside it ParkingInfo, AlarmInfo, DeviceInfo and KeepAlive
//
// What is read of an event:
//
//	TrafficCar.PlateNumber, Object.Text   the plate as written; PlateNumber, PlateText and Plate.Text of other firmware
//	Object.Confidence                     0 to 100, or to 255 where it is above 100; 0 is not measured
//	RealUTC, UTC, UTCMS, LocaleTime       RealUTC is true. UTC is the local time counted as if it were UTC where it equals
//	                                      LocaleTime; then it is in TimeZone, or else in the zone of the setting
//	AccurateTime, SnapTime                of a post: in its TimeZone, or else in the zone of the setting
//	TrafficCar.DrivingDirection[0]        Approach or Leave: the setting inward says which is which
//	EventID, GroupID                      the event, and what all events of one car share
//
// "Heartbeat" is the heartbeat. The same code tells of bicycles and people with an empty plate: they are no vehicles, but
// motorcycles are. An event that stops was told when it began.
//
// Camera and Caller are the other side. The package imports drivers/platecamera and drivers.
package dahua
