package cli

// Only this file knows cobra, so that it can be replaced. It was chosen over
// kong because completions for four shells come with it; kong needs two more
// libraries for them. Its help is not used: ours is made from the same
// commands as the manual.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/limenhq/limen"
)

// execute finds the command that args name and runs it. It returns the
// command, if there is one, and what came of it.
func execute(ctx context.Context, env Env, args []string) (*command, error) {
	root := &cobra.Command{
		Use: "limen", SilenceErrors: true, SilenceUsage: true,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
		SuggestionsMinimumDistance: 2,
	}
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	root.SetArgs(args)
	a := adapter{env: env, root: root}
	for i := range commands {
		// What a run does not name it does not pay for.
		c := &commands[i]
		if c.name == args[0] {
			a.called = c
			args, a.rest = c.cutRest(args)
			root.SetArgs(append([]string{c.verb()}, args[1:]...))
			a.add(c)
			break
		}
	}
	if a.called == nil {
		for i := range commands {
			a.add(&commands[i])
		}
		if !slices.Contains([]string{cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0]) {
			return nil, unknownCommand(args[0], root.SuggestionsFor(args[0]))
		}
		root.ValidArgsFunction = a.words(why.complete) // limen 3000 is limen why 3000
	}
	err := root.ExecuteContext(ctx)
	return a.called, errors.Join(err, a.helpErr)
}

// An adapter dresses commands up for cobra.
type adapter struct {
	env    Env
	root   *cobra.Command
	called *command // nil for a shell that asks for completions
	rest   []string // what the flag of the called one takes that takes the rest

	helpErr error // what came of writing help; cobra has no place for it
}

// add adds a command, with its flags.
func (a *adapter) add(c *command) {
	k := &cobra.Command{
		Use: c.verb(), Short: c.short, Args: cobra.ArbitraryArgs,
		ValidArgsFunction: a.words(c.complete),
		RunE: func(k *cobra.Command, args []string) error {
			values, many := map[string]string{}, map[string][]string{}
			k.Flags().Visit(func(f *pflag.Flag) {
				values[f.Name] = f.Value.String()
				if all, ok := f.Value.(pflag.SliceValue); ok {
					many[f.Name] = all.GetSlice()
				}
			})
			return c.run(k.Context(), a.env, call{args: args, values: values, many: many, rest: a.rest, all: commands, script: a.script})
		},
	}
	k.SetHelpFunc(func(*cobra.Command, []string) { a.helpErr = write(a.env.Out, c.help()) })
	k.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(*c, err) })
	k.Flags().SetInterspersed(!c.endsAtWord)
	for _, f := range c.flags {
		switch {
		case f.value == "":
			k.Flags().BoolP(f.name, f.short, false, f.doc)
		case f.many:
			k.Flags().StringArrayP(f.name, f.short, nil, f.doc)
		default:
			k.Flags().StringP(f.name, f.short, "", f.doc)
		}
		if f.words != nil && a.called == nil {
			// It fails only for a flag that does not exist, or has one already.
			_ = k.RegisterFlagCompletionFunc(f.name, flagWords(f))
		}
	}
	if c.name == help.name {
		a.root.SetHelpCommand(k) // or cobra would bring its own
	}
	a.parentOf(c).AddCommand(k)
}

// verb is the last word of a command's name.
func (c command) verb() string { return c.name[strings.LastIndexByte(c.name, ' ')+1:] }

// parentOf returns what stands before the last word of a command's name, if
// that is a command too and was added before: shells complete a noun with its
// verbs.
func (a *adapter) parentOf(c *command) *cobra.Command {
	for _, k := range a.root.Commands() {
		if c.name == k.Name()+" "+c.verb() {
			return k
		}
	}
	return a.root
}

// cutRest cuts off what follows a flag that takes everything that follows; to
// cobra, the flag then has an empty value. Behind "--" there are no flags, but
// perhaps another program.
func (c command) cutRest(args []string) (before, rest []string) {
	for i, arg := range args {
		if arg == "--" && c.takesProgram {
			return args[:i:i], append([]string{}, args[i+1:]...)
		}
		if arg == "--" {
			break
		}
		for _, f := range c.flags {
			if f.takesRest && arg == "--"+f.name {
				return append(args[:i:i], arg+"="), args[i+1:]
			}
		}
	}
	return args, nil
}

// words completes arguments.
func (a *adapter) words(complete func(context.Context, Env, call) []string) cobra.CompletionFunc {
	return func(k *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		if complete == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(k.Context(), a.env, call{all: commands}), cobra.ShellCompDirectiveNoFileComp
	}
}

// flagWords completes the value of a flag; of one that takes a list, the last
// word of it.
func flagWords(f flag) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		words := f.words()
		if !strings.HasSuffix(f.value, ",...") {
			return words, cobra.ShellCompDirectiveNoFileComp
		}
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		for i := range words {
			words[i] = before + words[i]
		}
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// script writes the completions of a shell.
func (a *adapter) script(w io.Writer, shell string) error {
	return map[string]func() error{
		"bash":       func() error { return a.root.GenBashCompletionV2(w, true) },
		"zsh":        func() error { return a.root.GenZshCompletion(w) },
		"fish":       func() error { return a.root.GenFishCompletion(w, true) },
		"powershell": func() error { return a.root.GenPowerShellCompletionWithDesc(w) },
	}[shell]()
}

// unknownCommand is the answer to a first word that is no command.
func unknownCommand(word string, near []string) error {
	why, next := "limen has no command of this name, and it is no port", "limen help lists the commands; limen list WORD searches"
	if len(near) > 0 {
		next = "limen " + strings.Join(near, ", or limen ")
	}
	return &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot run %q", word), Why: why, Next: next}
}

// flagError says what is wrong with a flag.
func flagError(c command, err error) error {
	next := "limen " + c.name + " --help lists its flags"
	var (
		unknown  *pflag.NotExistError
		noValue  *pflag.ValueRequiredError
		badValue *pflag.InvalidValueError
		badForm  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		return invalid("cannot use the flag %s", dashed(unknown.GetSpecifiedName()))(
			fmt.Sprintf("limen %s has none of this name; it has %s", c.name, strings.Join(c.flagNames(), ", ")), next)
	case errors.As(err, &noValue):
		return invalid("cannot use the flag %s", dashed(noValue.GetSpecifiedName()))("it needs a value", next)
	case errors.As(err, &badValue):
		return invalid("cannot use --%s with %q", badValue.GetFlag().Name, badValue.GetValue())(
			"it is on or off, and takes no value", "leave the value out")
	case errors.As(err, &badForm):
		return invalid("cannot use the flag %q", badForm.GetSpecifiedFlag())("a flag has a name after its dashes", next)
	}
	return invalid("cannot read the flags of limen %s", c.name)(err.Error(), next)
}

// dashed writes a flag as it is typed: letters have one dash, names two.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func (c command) flagNames() (names []string) {
	for _, f := range c.flags {
		names = append(names, "--"+f.name)
	}
	return append(names, "--help")
}
