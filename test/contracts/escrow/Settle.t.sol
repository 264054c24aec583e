// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
AccountingV2

processRequest, checkPair: the first reason that applies
├── ClientSignature: a stranger's, the other recovery bit, none, client zero, another chain
├── ExecutorSignature: a stranger's, the other recovery bit
├── RequestHash: the response names another request
├── Nonce: zero, older, replayed
├── InboundTokens, OutboundTokens: above the limits
├── FinishReason: above 3
├── CostArithmetic: too high, too low, a failed answer that costs
├── CostCap: above what the client allowed
├── AcknowledgedCost: less than the lane was paid
├── Expired: a second after the window
├── Disputed: a judge holds the answer's tail, or gave it back (DisputedTails.t.sol)
├── NothingToPay: a free answer, an empty channel, an executor without capacity (Shortfall.t.sol)
├── each of these: AccountingPairRejected by processRequest; checkPair says it
└── None: lane, channel, earnings and counts move, LaneSettled
    ├── one pair for the whole lane, and what is new since the last one
    ├── each lane by itself
    └── every finish reason; a failed answer carries the acknowledgement
settle
├── too many pairs: AccountingTooManyPairs
├── bad pairs: PairRejected, the rest goes through
└── nothing: nothing happens
hashRequest, hashResponse, domainSeparator
├── on another chain: others, and signatures do not count
├── every member is inside
└── ethers' and the vectors' digests: hashes.test.ts and vectors.test.ts in test/integration
clientNonces
└── of the newest pair of the lane
counts
├── a jump of nonces covers so many answers
├── a lower statement leaves the count, the payment goes through
└── an absurd statement moves it no more than answers can hold; counters stop at their largest value
*/
contract SettleTest is MarketTest {
    /// What `LaneSettled` tells besides what the pair holds, in its order.
    struct Settled {
        uint32 requests;
        uint64 inboundTokens;
        uint64 outboundTokens;
        uint96 acknowledgedPaid;
        uint96 tailPaid;
        uint96 laneCost;
        uint96 unpaid;
        uint96 channelBalance;
    }

    event LaneSettled(
        address indexed client,
        address indexed executor,
        uint64 indexed lane,
        bytes32 requestHash,
        bytes32 responseHash,
        bytes32 model,
        uint32 nonce,
        uint32 requests,
        uint64 inboundTokens,
        uint64 outboundTokens,
        uint96 acknowledgedPaid,
        uint96 tailPaid,
        uint96 laneCost,
        uint96 unpaid,
        uint96 channelBalance
    );
    event PairRejected(uint256 indexed index, bytes32 indexed requestHash, IAccountingV2.Rejection reason);

    function setUp() public override {
        super.setUp();
        enrol(MINIMUM_EXECUTOR);
        openChannel(50e6);
    }

    /* ACCEPTED */

    function test_OnePairSettles() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        expectSettled(pair, Settled(1, 10, 1, 0, 3e6, 3e6, 0, 47e6));
        vm.prank(stranger);
        settleOne(pair);
        assertLane(3e6, 10, 1, 1);
        assertEq(channelBalance(), 47e6, "channel");
        assertEq(accounting.clientNonces(client, executor, 7), 1, "nonce");
        assertStats(10, 1, 1);
    }

    function test_TheNewestPairSettlesTheWholeLane() public {
        // 1 000 answers, of which the last costs 1 and those before 9.
        IAccountingV2.SignedPair memory pair = pairOf(1000, 9e6, 1e6);
        expectSettled(pair, Settled(1000, 10_000, 1000, 9e6, 1e6, 10e6, 0, 40e6));
        settleOne(pair);
        assertLane(10e6, 10_000, 1000, 1000);
        assertStats(10_000, 1000, 1000);
    }

    function test_TheNextPairPaysOnlyWhatIsNew() public {
        settleOne(pairOf(1, 0, 3e6));
        IAccountingV2.SignedPair memory pair = pairOf(3, 5e6, 1e6);
        expectSettled(pair, Settled(2, 20, 2, 2e6, 1e6, 6e6, 0, 44e6));
        settleOne(pair);
        assertLane(6e6, 30, 3, 3);
    }

    function test_Attack09_LanesDoNotKnowOfEachOther() public {
        settleOne(pairOf(5, 0, 3e6));
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 2e6);
        pair.request.lane = 8;
        sign(pair);
        settleOne(pair);
        assertEq(channelBalance(), 45e6, "both paid");
    }

    function test_AFailedAnswerCostsNothingButCarriesTheAcknowledgement() public {
        settleOne(pairOf(1, 0, 3e6));
        IAccountingV2.SignedPair memory pair = pairOf(3, 5e6, 1e6);
        pair.response.finishReason = 0;
        pair.response.cumulativeCost = 5e6;
        sign(pair);
        expectSettled(pair, Settled(2, 20, 2, 2e6, 0, 5e6, 0, 45e6));
        settleOne(pair);
    }

    function test_AllFinishReasonsThatCostSettle() public {
        for (uint8 reason = 1; reason <= 3; ++reason) {
            IAccountingV2.SignedPair memory pair = pairOf(reason, uint96(laneCost()), 1e6);
            pair.response.finishReason = reason;
            sign(pair);
            settleOne(pair);
        }
        assertEq(laneCost(), 3e6, "paid");
    }

    /* REJECTED: SIGNATURES */

    function test_RefusesStrangersSignatures() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        sign(pair, STRANGER_KEY, EXECUTOR_KEY);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        sign(pair, CLIENT_KEY, STRANGER_KEY);
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
        delete pair.clientSignature;
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
    }

    function test_Attack07_RefusesTheOtherRecoveryBit() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.executorSignature.vs ^= bytes32(uint256(1) << 255);
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
        pair.clientSignature.vs ^= bytes32(uint256(1) << 255);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
    }

    function test_NobodySignsForTheZeroAddress() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.client = address(0);
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        delete pair.clientSignature;
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        pair = pairOf(1, 0, 3e6);
        pair.request.executor = address(0);
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
    }

    function test_Attack04_AForkIsAnotherDomain() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        vm.chainId(block.chainid + 1);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        sign(pair);
        settleOne(pair);
    }

    /// A price or cap that changed meanwhile is no part of what was signed: only the request's own numbers count.
    function test_Attack12_ChangedFieldsBreakTheSignatures() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.outboundPrice += 1;
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        pair = pairOf(1, 0, 3e6);
        pair.request.costCap += 1;
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        pair = pairOf(1, 0, 3e6);
        pair.response.cumulativeInbound += 1;
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
        pair = pairOf(1, 0, 3e6);
        pair.response.timestamp += 1;
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
    }

    /* REJECTED: TERMS */

    function test_RefusesAResponseToAnotherRequest() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        IAccountingV2.SignedPair memory other = pairOf(2, 0, 3e6);
        pair.response = other.response;
        pair.executorSignature = other.executorSignature;
        assertRejected(pair, IAccountingV2.Rejection.RequestHash);
    }

    function test_Attack02_AReplayedPairIsRefused() public {
        IAccountingV2.SignedPair memory pair = pairOf(2, 3e6, 3e6);
        settleOne(pair);
        assertRejected(pair, IAccountingV2.Rejection.Nonce);
        assertRejected(pairOf(2, 0, 3e6), IAccountingV2.Rejection.Nonce);
    }

    function test_Attack03_AnOlderPairIsRefused() public {
        IAccountingV2.SignedPair memory older = pairOf(1, 0, 3e6);
        settleOne(pairOf(2, 3e6, 3e6));
        assertRejected(older, IAccountingV2.Rejection.Nonce);
    }

    function test_RefusesTheNonceZero() public {
        assertRejected(pairOf(0, 0, 3e6), IAccountingV2.Rejection.Nonce);
    }

    function test_Attack11_RefusesTokensAboveTheLimits() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 0);
        pair.response.inboundTokens = 8193;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.InboundTokens);
        pair.response.inboundTokens = 8192;
        pair.response.outboundTokens = 4097;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.OutboundTokens);
    }

    function test_RefusesUnknownFinishReasons() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.response.finishReason = 4;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.FinishReason);
    }

    function test_Attack10_RefusesWrongSums() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.costCap = 9e6;
        pair.response.cumulativeCost = 3e6 + 1;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.CostArithmetic);
        pair.response.cumulativeCost = 3e6 - 1;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.CostArithmetic);
        pair.response.cumulativeCost = 3e6;
        pair.response.finishReason = 0;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.CostArithmetic);
    }

    /// I29: whatever counts and prices say, an answer that failed is paid nothing, and signed for more it is refused.
    function testFuzz_AFailedAnswerCostsNothing(uint32 inbound, uint32 outbound, uint96 price, uint96 extra) public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 5e6, 0);
        (pair.request.maxInboundTokens, pair.request.maxOutboundTokens) = (inbound, outbound);
        (pair.request.inboundPrice, pair.request.outboundPrice) = (price, price);
        (pair.response.inboundTokens, pair.response.outboundTokens) = (inbound, outbound);
        pair.request.costCap = type(uint96).max;
        pair.response.finishReason = 0;
        pair.response.cumulativeCost = 5e6 + uint96(bound(extra, 1, type(uint96).max - 5e6));
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.CostArithmetic);
        pair.response.cumulativeCost = 5e6;
        sign(pair);
        settleOne(pair);
        assertEq(laneCost(), 5e6, "what was acknowledged before");
    }

    function test_RefusesCostsThatDoNotFit() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 0);
        pair.request.outboundPrice = type(uint96).max;
        pair.request.ackedCost = type(uint96).max;
        pair.request.costCap = type(uint96).max;
        pair.response.outboundTokens = 4096;
        pair.response.cumulativeCost = type(uint96).max;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.CostArithmetic);
    }

    function test_Attack10_RefusesCostsAboveTheCap() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.costCap = 3e6 - 1;
        sign(pair);
        assertRejected(pair, IAccountingV2.Rejection.CostCap);
    }

    function test_Attack15_RefusesToForgetWhatTheLaneWasPaid() public {
        settleOne(pairOf(1, 0, 3e6));
        assertRejected(pairOf(2, 3e6 - 1, 3e6), IAccountingV2.Rejection.AcknowledgedCost);
    }

    function test_Attack22_TheWindowClosesADayAfterTheDeadline() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        uint256 last = ENROLLED + 1 hours + 24 hours;
        vm.warp(last + 1);
        assertRejected(pair, IAccountingV2.Rejection.Expired);
        vm.warp(last);
        settleOne(pair);
    }

    function test_RefusesWhenThereIsNothingToPay() public {
        assertRejected(pairOf(1, 0, 0), IAccountingV2.Rejection.NothingToPay);
        vm.prank(executor);
        accounting.release(client, 50e6);
        assertRejected(pairOf(1, 0, 1), IAccountingV2.Rejection.NothingToPay);
        assertLane(0, 0, 0, 0);
    }

    /* BATCHES */

    function test_Attack30_ABatchSkipsBadPairs() public {
        IAccountingV2.SignedPair[] memory pairs = new IAccountingV2.SignedPair[](4);
        pairs[0] = pairOf(1, 0, 3e6);
        pairs[1] = pairOf(2, 3e6, 1e6);
        pairs[1].request.costCap += 1;
        pairs[2] = pairOf(1, 0, 3e6);
        pairs[3] = pairOf(2, 3e6, 1e6);
        bytes32 badHash = accounting.hashRequest(pairs[1].request);
        expectSettled(pairs[0], Settled(1, 10, 1, 0, 3e6, 3e6, 0, 47e6));
        vm.expectEmit(address(accounting));
        emit PairRejected(1, badHash, IAccountingV2.Rejection.ClientSignature);
        vm.expectEmit(address(accounting));
        emit PairRejected(2, accounting.hashRequest(pairs[2].request), IAccountingV2.Rejection.Nonce);
        accounting.settle(pairs);
        assertLane(4e6, 20, 2, 2);
    }

    function test_TheEventTellsWhatAShortfallLeft() public {
        vm.prank(client);
        accounting.requestUnlock(executor, 46e6);
        vm.warp(block.timestamp + UNLOCK_DELAY);
        vm.prank(client);
        accounting.finalizeUnlock(executor);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 7e6);
        expectSettled(pair, Settled(1, 10, 1, 0, 4e6, 4e6, 3e6, 0));
        settleOne(pair);
    }

    function test_Attack32_ABatchHasALimit() public {
        IAccountingV2.SignedPair[] memory pairs = new IAccountingV2.SignedPair[](65);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingTooManyPairs.selector, 64, 65));
        accounting.settle(pairs);
        // The largest one is taken; empty pairs are refused one by one.
        accounting.settle(new IAccountingV2.SignedPair[](64));
        accounting.settle(new IAccountingV2.SignedPair[](0));
    }

    /* COUNTS */

    function test_ALowerStatementDoesNotStopAPayment() public {
        settleOne(pairOf(5, 0, 3e6));
        IAccountingV2.SignedPair memory pair = pairOf(6, 3e6, 1e6);
        pair.response.cumulativeInbound = 0;
        pair.response.cumulativeOutbound = 2;
        sign(pair);
        expectSettled(pair, Settled(1, 0, 0, 0, 1e6, 4e6, 0, 46e6));
        settleOne(pair);
        assertLane(4e6, 50, 5, 6);
    }

    function test_AnAbsurdStatementMovesTheCountByWhatAnswersCanHold() public {
        IAccountingV2.SignedPair memory pair = pairOf(2, 0, 3e6);
        pair.response.cumulativeInbound = type(uint64).max;
        pair.response.cumulativeOutbound = type(uint64).max;
        sign(pair);
        settleOne(pair);
        uint256 most = 2 * uint256(type(uint32).max);
        assertLane(3e6, most, most, 2);
        assertStats(most, most, 2);
    }

    /// A puppet executor fills the client's counters; honest executors still get paid.
    function test_FullCountersDoNotStopAPayment() public {
        for (uint64 lane = 100; lane < 103; ++lane) {
            IAccountingV2.SignedPair memory pair = pairOf(type(uint32).max, 0, 1);
            pair.request.lane = lane;
            pair.response.cumulativeInbound = type(uint64).max;
            pair.response.cumulativeOutbound = type(uint64).max;
            sign(pair);
            settleOne(pair);
        }
        (uint64 inbound, uint64 outbound, uint64 requests, ) = accounting.clientStats(client);
        assertEq(inbound, type(uint64).max, "inbound");
        assertEq(outbound, type(uint64).max, "outbound");
        assertEq(requests, 3 * uint256(type(uint32).max), "requests");
        settleOne(pairOf(1, 0, 3e6));
    }

    /* SUPPORT */

    function assertLane(uint256 cost, uint256 inbound, uint256 outbound, uint256 nonce) private view {
        (uint96 foundCost, uint64 foundInbound, uint64 foundOutbound, uint32 foundNonce) = accounting.lanes(
            client,
            executor,
            7
        );
        assertEq(foundCost, cost, "lane cost");
        assertEq(foundInbound, inbound, "lane inbound");
        assertEq(foundOutbound, outbound, "lane outbound");
        assertEq(foundNonce, nonce, "lane nonce");
    }

    function assertStats(uint256 inbound, uint256 outbound, uint256 requests) private view {
        (uint64 foundInbound, uint64 foundOutbound, uint64 foundRequests, uint64 lost) = accounting.clientStats(client);
        assertEq(foundInbound, inbound, "client's inbound");
        assertEq(foundOutbound, outbound, "client's outbound");
        assertEq(foundRequests, requests, "client's requests");
        (foundInbound, foundOutbound, foundRequests, lost) = accounting.executorStats(executor);
        assertEq(foundInbound, inbound, "executor's inbound");
        assertEq(foundOutbound, outbound, "executor's outbound");
        assertEq(foundRequests, requests, "executor's requests");
        assertEq(lost, 0, "disputes lost");
    }

    function expectSettled(IAccountingV2.SignedPair memory pair, Settled memory settled) private {
        bytes memory which = abi.encode(
            accounting.hashRequest(pair.request),
            accounting.hashResponse(pair.response),
            keccak256("tiny-llama"),
            pair.request.nonce
        );
        bytes memory data = bytes.concat(which, abi.encode(settled));
        vm.expectEmit(address(accounting));
        emitAs(LaneSettled.selector, data);
    }

    /// An event of fifteen members: more than a stack can reach.
    function emitAs(bytes32 topic, bytes memory data) private {
        (address from, address to) = (client, executor);
        assembly ("memory-safe") {
            log4(add(data, 32), mload(data), topic, from, to, 7)
        }
    }
}
