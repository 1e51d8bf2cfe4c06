module gatehouse

go 1.26.0

tool (
	golang.org/x/vuln/cmd/govulncheck
	honnef.co/go/tools/cmd/staticcheck
)

require (
	github.com/alecthomas/kong v1.17.0 // commands as structs, with the help that technicians read
	github.com/creack/pty v1.1.24 // pseudo terminals, so that simulated devices meet the real serial code
	github.com/danielgtaylor/huma/v2 v2.37.2 // REST with its OpenAPI description from the same types
	github.com/fxamacker/cbor/v2 v2.10.0 // deterministic CBOR with limits on what it reads
	github.com/pelletier/go-toml/v2 v2.4.3 // TOML with positions, for files written by hand
	github.com/prometheus/client_golang v1.25.0 // metrics in the form that monitoring reads
	github.com/tarm/serial v0.0.0-20180830185346-98f6abe2eb07 // serial ports
	go.etcd.io/bbolt v1.5.0 // the lot's state in one crash-safe file
	golang.org/x/sys v0.49.0 // ioctls of lines, serial ports and watchdogs, with the kernel's structures
	golang.org/x/text v0.43.0 // the characters that cameras outside of Unicode write plates in
	periph.io/x/conn/v3 v3.7.3 // the contracts of lines and buses
	periph.io/x/host/v3 v3.8.5 // lines and buses of the boards we run on
	pgregory.net/rapid v1.3.0 // properties over generated values, with shrinking
	github.com/eclipse/paho.mqtt.golang v1.5.1 // the MQTT client
	github.com/jackc/pgx/v5 v5.12.0 // PostgreSQL, for a chain that outgrows one machine
	github.com/klauspost/compress v1.20.4 // zstd of batches, in Go
	github.com/nats-io/nats-server/v2 v2.15.2 // the embedded MQTT broker, which clusters
	github.com/rickar/cal/v2 v2.1.13 // public holidays by country
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // validates exports against published schemas, in tests
	modernc.org/sqlite v1.62.0 // headquarters' store on one machine, without C
	periph.io/x/devices/v3 v3.7.4 // device drivers of the periph family
)

require (
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	github.com/antithesishq/antithesis-sdk-go v0.8.0-default-no-op // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/google/go-tpm v0.9.8 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/gorilla/websocket v1.5.3 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/minio/highwayhash v1.0.4 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/nats-io/jwt/v2 v2.8.2 // indirect
	github.com/nats-io/nkeys v0.4.16 // indirect
	github.com/nats-io/nuid v1.0.1 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/telemetry v0.0.0-20261010193011-f71dc92da45e // indirect
	golang.org/x/time v0.16.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	golang.org/x/vuln v1.9.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	honnef.co/go/tools v0.8.2 // indirect
	modernc.org/libc v1.80.1 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
