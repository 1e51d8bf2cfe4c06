// Package web is the gateway's own page, for the attendant's phone and the wall of the office: one screen with
// the free spots, the gates, the money, what needs a person, and every spot, live.
//
// The server renders all of it, with html/template and assets that are part of the program; nothing comes from
// the network. A small script keeps a stream open, on which come the parts that changed, rendered by the same
// templates. Without it the page is plain HTML that reloads itself.
//
// It knows the lot only as the JSON that gateway/api makes of it, and sends commands only to gateway/api, which
// decides who may see and do what. It must not import gateway/api, gateway/lot or anything above.
package web
