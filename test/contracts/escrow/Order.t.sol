// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {MarketTest} from "../support/Market.sol";

/// Pairs of several lanes in any order and any batches, which channel and stake cover.
contract OrderTest is MarketTest {
    uint256 private constant PAIRS = 6;

    function setUp() public override {
        super.setUp();
        enrol(MINIMUM_EXECUTOR);
        openChannel(90e6);
    }

    /// I23: as long as channel and stake cover them, pairs pay the same in any order and any batches, also when some of them
    /// come late or twice.
    function testFuzz_TheOrderOfPairsDoesNotMatter(uint256 seed, uint256 cut) public {
        IAccountingV2.SignedPair[] memory pairs = shuffled(honestPairs(), seed);
        cut = bound(cut, 0, PAIRS);
        accounting.settle(part(pairs, 0, cut));
        accounting.settle(part(pairs, cut, PAIRS));
        accounting.settle(pairs);
        assertOutcome();
    }

    /// I24: bad pairs in a batch change nothing for the others.
    function testFuzz_Attack30_BadPairsChangeNothingForTheOthers(uint256 seed) public {
        IAccountingV2.SignedPair[] memory pairs = new IAccountingV2.SignedPair[](PAIRS + 2);
        IAccountingV2.SignedPair[] memory honest = honestPairs();
        for (uint256 i = 0; i < PAIRS; ++i) pairs[i] = honest[i];
        pairs[PAIRS] = pairOf(9, 90e6, 1e6);
        pairs[PAIRS].request.deadline += 1;
        pairs[PAIRS + 1] = pairOf(9, 90e6, 1e6);
        pairs[PAIRS + 1].response.outboundTokens += 1;
        accounting.settle(shuffled(pairs, seed));
        accounting.settle(honest);
        assertOutcome();
    }

    /// Two lanes of three answers: 2, 3 and 4 tUSD in one, 5, 6 and 7 in the other.
    function honestPairs() private view returns (IAccountingV2.SignedPair[] memory pairs) {
        pairs = new IAccountingV2.SignedPair[](PAIRS);
        uint96[2] memory acked;
        for (uint32 i = 0; i < PAIRS; ++i) {
            uint256 lane = i / 3;
            uint96 cost = uint96(2 + i) * 1e6;
            pairs[i] = pairOf((i % 3) + 1, acked[lane], cost);
            pairs[i].request.lane = uint64(lane);
            sign(pairs[i]);
            acked[lane] += cost;
        }
    }

    function assertOutcome() private view {
        (uint96 first, , , uint32 firstNonce) = accounting.lanes(client, executor, 0);
        (uint96 second, , , uint32 secondNonce) = accounting.lanes(client, executor, 1);
        (uint128 settled, , , , ) = accounting.earnings(executor);
        (, , uint64 requests, ) = accounting.executorStats(executor);
        assertEq(first, 9e6, "first lane");
        assertEq(second, 18e6, "second lane");
        assertEq(firstNonce, 3, "first nonce");
        assertEq(secondNonce, 3, "second nonce");
        assertEq(settled, 27e6, "settled");
        assertEq(requests, PAIRS, "requests");
        assertEq(channelBalance(), 63e6, "channel");
    }

    function shuffled(
        IAccountingV2.SignedPair[] memory pairs,
        uint256 seed
    ) private pure returns (IAccountingV2.SignedPair[] memory) {
        for (uint256 i = pairs.length - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            (pairs[i], pairs[j]) = (pairs[j], pairs[i]);
        }
        return pairs;
    }

    function part(
        IAccountingV2.SignedPair[] memory pairs,
        uint256 from,
        uint256 until
    ) private pure returns (IAccountingV2.SignedPair[] memory found) {
        found = new IAccountingV2.SignedPair[](until - from);
        for (uint256 i = from; i < until; ++i) found[i - from] = pairs[i];
    }
}
