package proxy

import (
	"context"
	"strings"
	"testing"
	"time"
)

// bothWays are tests that start a proxy for themselves, and hold for the long way as they
// are. The short way has to answer the same.
var bothWays = map[string]func(*testing.T){
	"TestARequestAndItsAnswerPassUnchanged":                 TestARequestAndItsAnswerPassUnchanged,
	"TestNothingIsAddedButTheProxysOwnWord":                 TestNothingIsAddedButTheProxysOwnWord,
	"TestAnAnswerOfEachFramingKeepsItsMeaning":              TestAnAnswerOfEachFramingKeepsItsMeaning,
	"TestAStatusThatIsNoneIsExplained":                      TestAStatusThatIsNoneIsExplained,
	"TestOnlySoManyEarlyAnswersArePassedOn":                 TestOnlySoManyEarlyAnswersArePassedOn,
	"TestAHeadHasTheLengthAndNoBody":                        TestAHeadHasTheLengthAndNoBody,
	"TestACutAnswerIsSeenAsCut":                             TestACutAnswerIsSeenAsCut,
	"TestEventsPassAtOnce":                                  TestEventsPassAtOnce,
	"TestAHeadDoesNotWaitForItsBody":                        TestAHeadDoesNotWaitForItsBody,
	"TestEarlyHintsPassBeforeTheAnswer":                     TestEarlyHintsPassBeforeTheAnswer,
	"TestTheUpstreamDecidesWhetherABodyIsSent":              TestTheUpstreamDecidesWhetherABodyIsSent,
	"TestAnEarlyAnswerReachesWhoIsStillSending":             TestAnEarlyAnswerReachesWhoIsStillSending,
	"TestAnUpstreamIsToldThatTheClientIsGone":               TestAnUpstreamIsToldThatTheClientIsGone,
	"TestAnUpstreamThatDiesWhileTheClientPausesIsTold":      TestAnUpstreamThatDiesWhileTheClientPausesIsTold,
	"TestAPathThatWouldBeWrittenOtherwiseIsRefused":         TestAPathThatWouldBeWrittenOtherwiseIsRefused,
	"TestAPathIsPutInThePlaceOfTheRoutes":                   TestAPathIsPutInThePlaceOfTheRoutes,
	"TestARequestThatComesRoundIsRefusedWithItsWay":         TestARequestThatComesRoundIsRefusedWithItsWay,
	"TestAnUpstreamIsAskedForItsOwnHostIfTheRouteSaysSo":    TestAnUpstreamIsAskedForItsOwnHostIfTheRouteSaysSo,
	"TestARequestWaitsForItsUpstream":                       TestARequestWaitsForItsUpstream,
	"TestPointWakesWhoWaits":                                TestPointWakesWhoWaits,
	"TestLookIsAskedOnceBeforeARequestWaits":                TestLookIsAskedOnceBeforeARequestWaits,
	"TestPatienceEnds":                                      TestPatienceEnds,
	"TestWhoLeavesStopsWaiting":                             TestWhoLeavesStopsWaiting,
	"TestNotMoreThanSoManyWait":                             TestNotMoreThanSoManyWait,
	"TestOnlyWhatMayBeDoneTwiceIsSentTwice":                 TestOnlyWhatMayBeDoneTwiceIsSentTwice,
	"TestAPoisonousRequestIsNotSentForEver":                 TestAPoisonousRequestIsNotSentForEver,
	"TestARestartUnderLoadLosesNothingThatMayBeHeld":        TestARestartUnderLoadLosesNothingThatMayBeHeld,
	"TestAnUpstreamNeverSeesWhatCouldBeUnderstoodInTwoWays": TestAnUpstreamNeverSeesWhatCouldBeUnderstoodInTwoWays,
	"TestAStarIsAskedOfTheUpstream":                         TestAStarIsAskedOfTheUpstream,
	"TestAnUpgradePassesBothWaysUntilBothEnd":               TestAnUpgradePassesBothWaysUntilBothEnd,
	"TestAnUpgradeThatIsRefusedIsAnAnswer":                  TestAnUpgradeThatIsRefusedIsAnAnswer,
	"TestARefusalWithoutEndEndsWithWhoAsked":                TestARefusalWithoutEndEndsWithWhoAsked,
	"TestHTTP2InTheClearIsNoUpgrade":                        TestHTTP2InTheClearIsNoUpgrade,
	"TestAnUpstreamThatChangesUnaskedIsNotFollowed":         TestAnUpstreamThatChangesUnaskedIsNotFollowed,
	"TestAServerAtEitherLoopbackIsReached":                  TestAServerAtEitherLoopbackIsReached,
	"TestAServerThatComesBackIsAskedAgain":                  TestAServerThatComesBackIsAskedAgain,
	"TestAUnixSocketIsReached":                              TestAUnixSocketIsReached,
	"TestAnUpstreamThatMovedIsAskedWhereItIs":               TestAnUpstreamThatMovedIsAskedWhereItIs,
	"TestConnectionsAreUsedAgain":                           TestConnectionsAreUsedAgain,
	"TestAnUpstreamThatStopsSpeakingTLSIsFoundOut":          TestAnUpstreamThatStopsSpeakingTLSIsFoundOut,
}

func TestTheShortWayAnswersAsTheLongOneDoes(t *testing.T) {
	for name, test := range bothWays {
		t.Run(name, test)
	}
}

// isShort reports whether a test is one of bothWays that goes the short one.
func isShort(t testing.TB) bool { return strings.HasPrefix(t.Name(), "TestTheShortWay") }

// standShort answers for routes on the short way, wherever it can: of their upstreams
// it is known already that they speak HTTP in the clear.
func standShort(t testing.TB, c Config, routes ...Route) string {
	t.Helper()
	for _, r := range routes {
		r.Upstream.learn(mannerUnknown, mannerPlain)
	}
	c.Drain = func() time.Duration { return 0 }
	p := New(c)
	p.Set(routes)
	l := listenAt(t, "127.0.0.1:0")
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	})
	return l.Addr().String()
}
