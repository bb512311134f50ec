package probe

import (
	"encoding/json"

	"github.com/limenhq/limen"
)

// documentSites are known by what they publish: what is spoken there says more
// than which server carries it.
var documentSites = []Site{
	{
		Protocol: "graphql", Programs: []string{"graphql", "graphql-yoga", "@apollo/server", "apollo-server", "hasura", "graphql-engine", "postgraphile"},
		Sign: func(root *Reply) bool { return graphQLPage.Match(root.Body) },
		Path: "/graphql?query=%7B__typename%7D", // a question about the schema, and no write
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Data struct {
					Type string `json:"__typename"`
				}
			}
			if !decode(r, &answer) || !graphQLName.MatchString(answer.Data.Type) {
				return false
			}
			s.Authentication = limen.AuthenticationNone
			return true
		},
	},
	{
		Name: "Swagger UI", Programs: []string{"swagger-ui"},
		Read: func(r *Reply, s *limen.Service) bool {
			return isDirect(r) && r.holds(`<div id="swagger-ui"></div>`) && swaggerScript.Match(r.Body)
		},
	},
	{
		Protocol: "openapi",
		Read: func(r *Reply, s *limen.Service) bool {
			var document struct {
				OpenAPI, Swagger string
				Info             struct{ Title string }
				Paths            json.RawMessage
			}
			if r.Status != 200 || !decode(r, &document) || document.Paths == nil || !isVersion(document.OpenAPI+document.Swagger) {
				return false
			}
			s.Title = oneLine(document.Info.Title)
			return true
		},
	},
}

var (
	graphQLPage   = newPattern(`<title>(?:GraphiQL|GraphQL Playground|Yoga GraphiQL|Apollo Server|Apollo Sandbox)</title>`)
	graphQLName   = newPattern(`^[_A-Za-z]\w{0,80}$`) // GraphQL, October 2021, §2.1.9
	swaggerScript = newPattern(`<script src="[^"]{0,200}swagger-ui-bundle\.js"`)
)
