package lilin

import (
	"encoding/json"
	"strconv"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

type list struct {
	Count       int     `json:"LPR_COUNT"`
	Information []entry `json:"INFORMATION"`
}

type entry struct {
	Index     int    `json:"INDEX"`
	TS        string `json:"TS"`
	CarID     string `json:"CAR_ID"`
	Plate     string `json:"LPR"`
	Threshold string `json:"THRESHOLD"`
	Country   string `json:"COUNTRY"`
	Direction string `json:"DIRECTION"`
	Picture   string `json:"LP_BMP"`
}

// Log is the camera's log, the last read first, as it answers when it is asked.
func Log(inward string, reads ...drivers.PlateRead) []byte {
	l := list{Count: len(reads)}
	for i := len(reads) - 1; i >= 0; i-- {
		read := reads[i]
		l.Information = append(l.Information, entry{
			Index: len(reads) - i, TS: strconv.FormatInt(read.CameraMS*1000, 10), CarID: read.EventID, Plate: read.Raw,
			Threshold: platecamera.Thousandths(read.Confidence, 1), Country: read.Country, Picture: read.Image,
			Direction: platecamera.Word(read.Direction, inward),
		})
	}
	body, _ := json.Marshal(l) // plain values: it can't fail
	return body
}

// Camera is a camera that is asked for its log.
func Camera(user, password string, log func() []byte) *platecamera.Peer {
	return &platecamera.Peer{User: user, Password: password, Answer: func(path string) ([]byte, bool) { return log(), path == logPath }}
}
