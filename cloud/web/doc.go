// Package web is headquarters' page, for a desk, a phone and the wall of the control room: what needs a person today,
// every location as one cell, what is free and what came in, live; and each location as its gateway tells of it.
//
// The server renders all of it, with html/template and assets that are part of the program; nothing comes from the
// network. A small script keeps a stream open, on which come the parts that changed. Without it the page is plain HTML
// that reloads itself, with a search that works by a form.
//
// What is sold, given and released is so by forms, which need no script: a location's reservations and passes, and the
// documents that go down, with their rollouts. A form has the API do it, for whoever sends it, and comes back with all that
// was typed and the API's words beside the field where something is wrong. Sent twice, it is done once.
//
// It knows the chain only as the JSON that cloud/api makes of it, and sends orders only to cloud/api, which decides who may
// see and do what. It must not import cloud/api, cloud/ledger or anything above.
package web
