package serve

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
)

// types says what a file is by the ending of its name. It is our own: the
// system's table differs between machines, and on Windows any program can make
// it call JavaScript plain text, which browsers then refuse to run.
var types = []contentType{
	{"text/html", "html htm"},
	{"application/xhtml+xml", "xhtml"},
	{"text/css", "css"},
	{"text/javascript", "js mjs cjs"}, // RFC 9239; text/plain would not be run
	{"application/wasm", "wasm"},
	{"application/json", "json map topojson har ipynb"},
	{"application/x-ndjson", "jsonl ndjson"},
	{"application/json5", "json5"},
	{"application/ld+json", "jsonld"},
	{"application/geo+json", "geojson"},
	{"model/gltf+json", "gltf"},
	{"model/gltf-binary", "glb"},
	{"application/manifest+json", "webmanifest"},
	{"application/importmap+json", "importmap"},
	{"text/cache-manifest", "appcache"},
	{"text/xml", "xml xsl xslt"},
	{"application/rss+xml", "rss"},
	{"application/atom+xml", "atom"},
	{"image/svg+xml", "svg"},
	{"application/mathml+xml", "mathml"},
	{"text/plain", "txt text log srt ini conf cfg properties diff patch tex rst adoc"},
	{"text/plain", "go rs py rb php java kt c h cc cpp hpp cs swift sh bash ps1 sql lua pl graphql gql proto"},
	{"text/plain", "jsx ts tsx vue svelte astro scss sass less glsl vert frag"}, // what a bundler makes scripts and styles of
	{"text/markdown", "md markdown mdx"},
	{"text/csv", "csv"},
	{"text/tab-separated-values", "tsv"},
	{"text/calendar", "ics"},
	{"text/vcard", "vcf"},
	{"text/vtt", "vtt"},
	{"application/yaml", "yaml yml"},
	{"application/toml", "toml"},
	{"image/png", "png"},
	{"image/apng", "apng"},
	{"image/jpeg", "jpg jpeg jfif"},
	{"image/gif", "gif"},
	{"image/webp", "webp"},
	{"image/avif", "avif"},
	{"image/jxl", "jxl"},
	{"image/heic", "heic"},
	{"image/heif", "heif"},
	{"image/bmp", "bmp"},
	{"image/x-icon", "ico cur"},
	{"image/tiff", "tif tiff"},
	{"image/vnd.adobe.photoshop", "psd"},
	{"image/ktx2", "ktx2"},
	{"video/mp4", "mp4 m4v"},
	{"video/webm", "webm"},
	{"video/ogg", "ogv"},
	{"video/quicktime", "mov"},
	{"video/x-matroska", "mkv"},
	{"video/x-msvideo", "avi"},
	{"video/mpeg", "mpg mpeg"},
	{"video/3gpp", "3gp"},
	{"application/vnd.apple.mpegurl", "m3u8"},
	{"application/dash+xml", "mpd"},
	{"video/iso.segment", "m4s"},
	{"audio/mpeg", "mp3"},
	{"audio/mp4", "m4a"},
	{"audio/aac", "aac"},
	{"audio/ogg", "oga ogg opus"},
	{"audio/wav", "wav"},
	{"audio/flac", "flac"},
	{"audio/webm", "weba"},
	{"audio/midi", "mid midi"},
	{"audio/aiff", "aif aiff"},
	{"font/woff", "woff"},
	{"font/woff2", "woff2"},
	{"font/ttf", "ttf"},
	{"font/otf", "otf"},
	{"font/collection", "ttc"},
	{"application/vnd.ms-fontobject", "eot"},
	{"application/pdf", "pdf"},
	{"application/epub+zip", "epub"},
	{"application/rtf", "rtf"},
	{"application/postscript", "ps eps"},
	{"application/x-shockwave-flash", "swf"},
	{"application/msword", "doc"},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
	{"application/vnd.ms-excel", "xls"},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
	{"application/vnd.ms-powerpoint", "ppt"},
	{"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"},
	{"application/vnd.oasis.opendocument.text", "odt"},
	{"application/vnd.oasis.opendocument.spreadsheet", "ods"},
	{"application/vnd.oasis.opendocument.presentation", "odp"},
	{"application/zip", "zip"},
	{"application/gzip", "gz tgz"},
	{"application/zstd", "zst"},
	{"application/octet-stream", "br ipa dmg iso exe msi bin dat data onnx db"},
	{"application/x-bzip2", "bz2"},
	{"application/x-xz", "xz"},
	{"application/x-7z-compressed", "7z"},
	{"application/vnd.rar", "rar"},
	{"application/x-tar", "tar"},
	{"application/java-archive", "jar"},
	{"application/vnd.android.package-archive", "apk"},
	{"application/vnd.debian.binary-package", "deb"},
	{"application/x-rpm", "rpm"},
	{"text/wgsl", "wgsl"},
	{"application/vnd.apache.parquet", "parquet"},
	{"application/vnd.sqlite3", "sqlite"},
	{"application/x-x509-ca-cert", "crt cer"},
	{"application/x-pem-file", "pem"},
	{"application/x-apple-aspen-config", "mobileconfig"},
	{"application/x-bittorrent", "torrent"},
}

// A contentType is a type, and the endings of the names that such files have.
type contentType struct{ name, endings string }

// texts are types beside text/* that are text, and so have a charset: all that
// limen serves is taken for UTF-8, as everything written today is.
var texts = []string{"application/json", "application/xml", "application/yaml", "application/toml", "application/json5", "application/x-ndjson", "image/svg+xml"}

// isText reports whether a type is text.
func isText(name string) bool {
	return strings.HasPrefix(name, "text/") || strings.HasSuffix(name, "+json") || strings.HasSuffix(name, "+xml") || slices.Contains(texts, name)
}

// byEnding is types, by ending with its dot.
var byEnding = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, t := range types {
		name := t.name
		if isText(name) {
			name += "; charset=utf-8"
		}
		for ending := range strings.FieldsSeq(t.endings) {
			m["."+ending] = name
		}
	}
	return m
})

// named are files whose type the whole name says, because they have no ending
// or a different one.
var named = map[string]string{
	"apple-app-site-association": "application/json; charset=utf-8",
	"LICENSE":                    "text/plain; charset=utf-8",
	"README":                     "text/plain; charset=utf-8",
	"Makefile":                   "text/plain; charset=utf-8",
	"Dockerfile":                 "text/plain; charset=utf-8",
}

// typeOf says what a file is. What its name does not say, its first bytes do,
// which sniff reads if it is asked.
func typeOf(name string, sniff func() []byte) string {
	ending := path.Ext(name)
	if t, ok := byEnding()[ending]; ok {
		return t
	}
	if t, ok := byEnding()[strings.ToLower(ending)]; ok {
		return t
	}
	if t, ok := named[path.Base(name)]; ok {
		return t
	}
	return http.DetectContentType(sniff())
}

// dense are types that no compression makes smaller. Of those not listed, all
// of image, video, audio and font are, but for the few in plain.
var dense = []string{
	"application/gzip", "application/zip", "application/zstd", "application/x-bzip2", "application/x-xz", "application/x-7z-compressed", "application/vnd.rar",
	"application/pdf", "application/epub+zip", "application/java-archive", "application/vnd.android.package-archive", "application/octet-stream",
}

// plain are types among the dense kinds that compression does make smaller.
var plain = []string{"image/svg+xml", "image/bmp", "image/x-icon", "font/ttf", "font/otf"}

// isCompressible reports whether compression makes files of a type smaller.
func isCompressible(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	kind, _, _ := strings.Cut(t, "/")
	switch kind {
	case "image", "video", "audio", "font":
		return slices.Contains(plain, t)
	}
	return !slices.Contains(dense, t) && !strings.HasPrefix(t, "application/vnd.openxml")
}

// isHTML reports whether a type is one that browsers show as a page.
func isHTML(contentType string) bool { return strings.HasPrefix(contentType, "text/html") }
