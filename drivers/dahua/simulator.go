package dahua

import (
	"encoding/json"
	"fmt"
	"net/http"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// The parts of an event that matter, as a camera writes them.
type (
	junction struct {
		EventID    string
		RealUTC    int64
		UTCMS      int64
		CommInfo   commInfo
		Object     object
		TrafficCar trafficCar
		Vehicle    vehicleInfo
	}
	commInfo struct{ Country string }
	object   struct {
		ObjectType string
		Text       string
		Confidence json.Number
	}
	trafficCar struct {
		PlateNumber      string
		MachineName      string
		DrivingDirection []string
	}
	vehicleInfo struct{ Category string }
)

// Event is the line of a camera of this name that calls inward so ("approach" or "leave").
func Event(camera, inward string, read drivers.PlateRead) []byte {
	confidence := json.Number("0")
	if read.Raw != "" {
		confidence = json.Number(platecamera.Thousandths(read.Confidence, 100))
	}
	data, _ := json.MarshalIndent(junction{ // plain values: it can't fail
		EventID: read.EventID, RealUTC: read.CameraMS / 1000, UTCMS: read.CameraMS % 1000,
		CommInfo: commInfo{Country: read.Country},
		Object:   object{ObjectType: "Plate", Text: read.Raw, Confidence: confidence},
		TrafficCar: trafficCar{
			PlateNumber: read.Raw, MachineName: camera, DrivingDirection: []string{platecamera.Word(read.Direction, inward)},
		},
		Vehicle: vehicleInfo{Category: platecamera.VehicleWord(read.Vehicle)},
	}, "", "   ")
	return fmt.Appendf(nil, "Code=TrafficJunction;action=Pulse;index=0;data=%s\n", data)
}

// Heartbeat is what the camera says every few seconds.
func Heartbeat() []byte { return []byte("Heartbeat\r\n") }

// Camera is a camera that is asked for its events; they are told by parts of type text/plain, with or without lengths.
func Camera(user, password string, lengths bool, parts chan platecamera.Part) *platecamera.Peer {
	return &platecamera.Peer{
		User: user, Password: password, Algorithm: "MD5", StreamPath: eventStream, Boundary: "myboundary", Lengths: lengths, Parts: parts,
	}
}

// Caller is a camera that is asked by calls: what is told comes from Told.
type Caller struct {
	User, Password string
	Told           chan []byte
}

// The words of a Caller's logins.
const (
	callerRealm   = "Login to 1234"
	callerRandom  = "1188"
	callerSession = "7a7b"
)

// ServeHTTP answers calls, and tells events to whoever has a session.
func (c Caller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/SubscribeNotify.cgi" && r.URL.Query().Get("sessionId") == callerSession {
		c.tell(w, r)
		return
	}
	var asked struct {
		Method  string
		Session string
		Params  login
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	proven := asked.Session == callerSession && asked.Params.Password == loginProof(c.User, c.Password, callerRealm, callerRandom)
	switch {
	case r.URL.Path == loginPath && !proven:
		fmt.Fprintf(w, `{"error":{"code":268632079},"id":1,"params":{"encryption":"Default","random":"%s","realm":"%s"},"result":false,"session":"%s"}`,
			callerRandom, callerRealm, callerSession)
	case asked.Session == callerSession:
		fmt.Fprint(w, `{"id":2,"params":{"SID":1},"result":true,"session":"`+callerSession+`"}`)
	default:
		http.Error(w, "no session", http.StatusUnauthorized)
	}
}

func (c Caller) tell(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w)
	flush.Flush()
	for {
		select {
		case event := <-c.Told:
			fmt.Fprintf(w, "<script type=\"text/javascript\">\nvar json=%s;\nreceiveMessage(json);</script>\n", event)
			flush.Flush()
		case <-r.Context().Done():
			return
		}
	}
}
