package probe

import "github.com/limenhq/limen"

// calendarSites keep calendars and addresses. The field DAV names what a
// server can do (RFC 4918 §10.1), CalDAV by calendar-access (RFC 4791 §5.1)
// and CardDAV by addressbook (RFC 6352 §6.1).
var calendarSites = []Site{
	calendarSite(Site{
		Name: "Radicale", Protocol: "caldav",
		Programs: []string{"radicale"}, Ports: []uint16{5232},
		Sign: func(root *Reply) bool { return leads(root, "/.web", ".web") },
	}, func(r *Reply) bool { return leads(r.Root, "/.web", ".web") }),
	calendarSite(Site{
		Name: "Apple Calendar Server", Protocol: "caldav",
		Programs: []string{"caldavd", "calendarserver"}, Ports: []uint16{8008, 8443},
		Sign: isAppleCalendar,
	}, isAppleCalendar),
	calendarSite(Site{
		Protocol: "caldav",
		Programs: []string{"baikal", "davical", "xandikos", "sogo", "davis"}, Ports: []uint16{5232, 8008, 8443},
	}, nil),
	{
		Protocol: "carddav", Method: "OPTIONS", Path: "/",
		Programs: []string{"baikal", "davical", "xandikos", "sogo"}, Ports: []uint16{5232},
		Read: func(r *Reply, s *limen.Service) bool { return tokens(r, "DAV")["addressbook"] },
	},
}

// calendarSite completes a site that is known by the field DAV and, if is is
// not nil, by it too.
func calendarSite(s Site, is func(*Reply) bool) Site {
	s.Method, s.Path = "OPTIONS", "/"
	s.Read = func(r *Reply, found *limen.Service) bool {
		if !tokens(r, "DAV")["calendar-access"] || is != nil && !is(r) {
			return false
		}
		if version, ok := productIn(r.Header.Get("Server"), "CalendarServer"); ok {
			found.Version = version
		}
		return true
	}
	return s
}

func isAppleCalendar(r *Reply) bool {
	_, ok := productIn(r.Header.Get("Server"), "CalendarServer")
	return ok
}
