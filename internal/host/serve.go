package host

import (
	"context"
	"fmt"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/run"
	"github.com/limenhq/limen/internal/serve"
)

// Serve serves a folder until ctx ends.
func (h *Host) Serve(ctx context.Context, in op.ServeIn, next func(limen.Served) error) (err error) {
	news := &newsreel{items: make(chan limen.Served, mostUntold)}
	cache, err := serve.ParseCache(in.Cache)
	if err != nil {
		return &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot serve with the cache mode %q", in.Cache), Why: err.Error(), Next: "leave it out for the usual one"}
	}
	c := serve.Config{
		Root: in.Directory, Cache: cache, SPA: in.SPA, Reload: in.Reload, Quiet: in.Quiet, Hosts: in.Hosts,
		LAN: in.LAN, Open: in.Open, Compress: in.LAN, // on loopback it costs more than it saves
		Beside: serve.Beside{Proxies: in.Proxies, Mock: in.Mock, Record: in.Record, Replay: in.Replay},
		CORS:   in.CORS, Login: in.Auth, Throttle: in.Throttle,
		Tell: news.put, Now: h.now,
	}
	if in.Drop != "" {
		c.Drop = &serve.Drop{Folder: in.Drop}
	}
	// Who has not asked for HTTPS is served whatever the authority is like.
	if c.GetCertificate, err = h.certificates(); err != nil && in.HTTPS {
		return err
	}
	site, err := serve.New(c)
	if err != nil {
		return err
	}
	defer func() { // a recording is written to its end there
		if failed := site.Close(); err == nil {
			err = failed
		}
	}()
	doors, err := h.openDoors(ctx, in)
	if err != nil {
		return err
	}
	defer doors.Close()
	hosts, done, err := beyond(ctx, site, doors)
	if err != nil {
		return err
	}
	defer done()
	// A folder may be served for days. To do it at once would keep the first
	// visitor waiting as long again as all the rest of the start.
	defer time.AfterFunc(time.Second, run.GiveBack).Stop()
	_, now := h.moment()
	opened := doors.servedAt(site, in, hosts)
	if err := next(limen.Served{Time: now, Kind: limen.ServedOpened, Site: &opened}); err != nil {
		return err
	}
	for _, n := range doors.notices {
		if err := next(limen.Served{Time: now, Kind: limen.ServedNotice, Notice: &n}); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var came error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		came = site.Serve(ctx, doors.listeners...)
	}()
	if err := news.tell(h.now, ended, next); err != nil {
		stop()
		<-ended
		return err
	}
	return came
}
