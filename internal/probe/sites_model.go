package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// modelSites serve language models and notebooks.
var modelSites = []Site{
	{
		Name: "Ollama", Ports: []uint16{11434}, Programs: []string{"ollama"},
		Sign: isOllama,
		Path: "/api/version",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ Version string }
			if !isOllama(r.Root) || !decode(r, &answer) || !isVersion(answer.Version) {
				return false
			}
			s.Version, s.Authentication = answer.Version, limen.AuthenticationNone
			return true
		},
	},
	{
		// Many serve models in OpenAI's way; the list of models tells who
		// owns them, and some put their own name there.
		Protocol: "openai-api", Ports: []uint16{1234},
		Programs: []string{"vllm", "llama-server", "llama.cpp", "lm-studio", "lmstudio", "lm studio", "localai", "local-ai", "sglang", "text-generation-launcher"},
		Sign:     func(root *Reply) bool { return root.Header.Get("Server") == "llama.cpp" },
		Path:     "/v1/models",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Object string
				Data   []struct {
					ID, Object string
					Owner      string `json:"owned_by"`
				}
			}
			if r.Status != 200 || !decode(r, &answer) || answer.Object != "list" || len(answer.Data) == 0 {
				return false
			}
			first := answer.Data[0]
			s.Authentication = limen.AuthenticationNone
			s.Product, s.Title = modelOwners[first.Owner], first.ID
			return first.Object == "model" && first.ID != ""
		},
	},
	{
		Name: "Jupyter Server", Ports: []uint16{8888},
		Programs: []string{"jupyter", "jupyter-lab", "jupyter-notebook", "jupyter-server", "jupyterhub"},
		Sign:     isJupyter,
		Path:     "/api",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ Version string }
			if !isJupyter(r.Root) || !decode(r, &answer) || !isVersion(answer.Version) {
				return false
			}
			s.Version, s.Authentication = answer.Version, limen.AuthenticationNone
			if leads(r.Root, "/login") {
				s.Authentication = limen.AuthenticationRequired
			}
			return true
		},
	},
}

// modelOwners are the values of owned_by that name a server.
var modelOwners = map[string]string{"vllm": "vLLM", "llamacpp": "llama.cpp", "sglang": "SGLang"}

// isOllama reports whether / is what Ollama says there, word for word.
func isOllama(root *Reply) bool {
	return root.Status == 200 && string(root.Body) == "Ollama is running"
}

// isJupyter reports whether / leads to where Jupyter's pages are, and comes
// from the server it is built on.
func isJupyter(root *Reply) bool {
	return leads(root, "/lab", "/tree", "/login?next=") && strings.HasPrefix(root.Header.Get("Server"), "TornadoServer/")
}
