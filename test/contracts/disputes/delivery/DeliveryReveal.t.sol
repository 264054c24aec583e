// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {DeliveryEvents, DeliveryTest} from "../../support/DeliveryMarket.sol";
import {Tree} from "../../support/Tree.sol";
import {vm} from "../../support/Vm.sol";

/*
DeliveryDisputes

reveal
├── no such dispute, or it is over: DeliveryNotOpen
├── after the deadline: DeliveryTooLate
├── more than 8 chunks: DeliveryTooManyBytes
├── other bytes: DeliveryWrongBytes
└── otherwise, by anyone, to the last second: Delivered
    ├── tail and the gas of the reveal to the executor, the rest of the bond back, stake unfrozen, nobody's dispute lost
    │   ├── by calldata and gas at the base fee of the reveal, up to the bond, whoever sends it
    │   │   └── measured by real transactions: test/integration/contracts/withheld-answers.test.ts
    │   └── nothing by way of a contract
    └── also an answer without bytes
revealChunks
├── not open, too late: as above
├── a count of zero or above 256, no chunk or more than 8: DeliveryChunkCount
├── a chunk that is not in the tree: DeliveryWrongChunk
└── otherwise: AnswerRevealed for each
    ├── some are missing: still Open, whoever sent them, in any order, twice as well
    ├── all are there: Delivered; each was paid for once, under the count that is right
    ├── under different counts: they do not add up
    └── 256 chunks are the most
*/
contract DeliveryRevealTest is DeliveryTest, DeliveryEvents {
    bytes private constant SHORT = "Rayleigh scattering.";

    /* WHOLE */

    function test_RevealNeedsAnOpenDispute() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        vm.expectRevert(notOpen(pair, IDeliveryDisputes.State.None));
        delivery.reveal(pair.response, SHORT);
        vm.expectRevert(notOpen(pair, IDeliveryDisputes.State.None));
        delivery.revealChunks(pair.response, 1, new IDeliveryDisputes.Chunk[](1));
        settleAndOpen(pair);
        delivery.reveal(pair.response, SHORT);
        vm.expectRevert(notOpen(pair, IDeliveryDisputes.State.Delivered));
        delivery.reveal(pair.response, SHORT);
    }

    /// Attack 20: one second late, whatever block that is.
    function test_Attack20_ARevealAfterTheDeadlineIsRefused() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        settleAndOpen(pair);
        IDeliveryDisputes.Chunk[] memory chunks = chunksOf(SHORT, 0, 1);
        vm.warp(REVEAL_BY + 1);
        bytes memory late = abi.encodeWithSelector(
            IDeliveryDisputes.DeliveryTooLate.selector,
            REVEAL_BY,
            REVEAL_BY + 1
        );
        vm.expectRevert(late);
        delivery.reveal(pair.response, SHORT);
        vm.expectRevert(late);
        delivery.revealChunks(pair.response, 1, chunks);
        vm.warp(REVEAL_BY);
        delivery.reveal(pair.response, SHORT);
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
    }

    /// Attack 19.
    function test_Attack19_OtherBytesAreRefused() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        settleAndOpen(pair);
        bytes memory wrong = abi.encodeWithSelector(
            IDeliveryDisputes.DeliveryWrongBytes.selector,
            pair.response.deliveryHash
        );
        vm.expectRevert(wrong);
        delivery.reveal(pair.response, "Rayleigh scattering!");
        vm.expectRevert(wrong);
        delivery.reveal(pair.response, "");
        // A response with another hash is another response.
        pair.response.deliveryHash = Tree.rootOf("lies");
        vm.expectRevert(notOpen(pair, IDeliveryDisputes.State.None));
        delivery.reveal(pair.response, "lies");
    }

    function test_RevealDelivers() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        bytes32 id = settleAndOpen(pair);
        vm.expectEmit(address(delivery));
        emit AnswerRevealed(id, 0, 1, SHORT);
        vm.expectEmit(address(delivery));
        emit DeliveryClosed(id, client, executor, IDeliveryDisputes.State.Delivered, stranger, COST, 0, 0, 0);
        revealAs(stranger, pair, SHORT);
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
        assertEq(accounting.withdrawableEarnings(executor), COST, "mature at once");
        assertTrue(delivery.bondsOf(executor) > 21_000 * BASE_FEE, "the bond pays for it");
        assertTrue(delivery.bondsOf(executor) <= mostFor(20) * BASE_FEE, "and for no more");
        assertEq(delivery.bondsOf(client), BOND - delivery.bondsOf(executor), "the rest comes back");
        assertEq(delivery.forcedReveals(executor), 1, "counted");
        assertEq(disputesLostBy(client) + disputesLostBy(executor), 0, "nobody lied for sure");
        assertEq(strikesOf(executor), 0, "strikes");
        assertEq(registry.activeStake(executor), STAKE, "stake");
    }

    /// Nobody earns by withholding an answer until it is disputed, whatever its bytes. In a test all slots are warm, so that
    /// what the contract takes as spent on them is granted here; real transactions are held to the last unit elsewhere.
    /// hardhat-config: fuzz.runs = 128
    function testFuzz_Attack78_WithholdingEarnsNothing(uint256 length, uint256 seed, uint256 zeros) public {
        bytes memory answer = mixedOf(bound(length, 0, 3 * 4096), seed, bound(zeros, 0, 256));
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        (pair.request.maxOutboundTokens, pair.response.outboundTokens) = (131_072, 131_072);
        pair.request.outboundPrice = 30;
        pair.response.cumulativeCost = 4;
        sign(pair);
        uint256 bond = disputeOf(settleAndOpen(pair)).bond;
        bytes memory call = abi.encodeCall(delivery.reveal, (pair.response, answer));
        uint256 gas = gasleft();
        revealAs(executor, pair, answer);
        gas = gasOf(call, gas - gasleft());
        assertTrue(delivery.bondsOf(executor) <= (gas + 12_000) * BASE_FEE, "no more than was spent");
        assertTrue(delivery.bondsOf(executor) >= gasOf(call, 0) * BASE_FEE, "all of the calldata");
        assertEq(delivery.bondsOf(executor) + delivery.bondsOf(client), bond, "to the last unit");
    }

    /// A contract can make bytes up, or put much into one transaction; so can an account that runs code.
    function test_Attack91_OnlyWholeTransactionsArePaid() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        bytes32 id = settleAndOpen(pair);
        uint256 snapshot = vm.snapshotState();
        vm.prank(executor);
        delivery.reveal(pair.response, SHORT);
        assertUnpaid(pair, id);
        vm.revertToState(snapshot);
        vm.etch(executor, bytes.concat(hex"ef0100", bytes20(address(this))));
        revealAs(executor, pair, SHORT);
        assertUnpaid(pair, id);
    }

    /// Tips go to whoever makes the block, and some chains take less than the base fee.
    function test_Attack91_TipsAreNotPaid() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        settleAndOpen(pair);
        uint256 snapshot = vm.snapshotState();
        revealAs(executor, pair, SHORT);
        uint256 paid = delivery.bondsOf(executor);
        vm.revertToState(snapshot);
        vm.txGasPrice(50 * BASE_FEE);
        revealAs(executor, pair, SHORT);
        assertEq(delivery.bondsOf(executor), paid, "a tip");
        vm.revertToState(snapshot);
        vm.txGasPrice(0);
        revealAs(executor, pair, SHORT);
        assertEq(delivery.bondsOf(executor), 0, "for nothing");
    }

    /// Base fees rise and fall between opening and reveal. More than the bond is never paid.
    /// hardhat-config: fuzz.runs = 64
    function testFuzz_TheBondPaysAtTheBaseFeeOfTheReveal(uint256 length, uint256 fee) public {
        (length, fee) = (bound(length, 0, 3 * 4096), bound(fee, 0, 200 gwei));
        bytes memory answer = answerOf(length);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        bytes32 id = settleAndOpen(pair);
        uint256 bond = disputeOf(id).bond;
        atFee(fee);
        bytes memory call = abi.encodeCall(delivery.reveal, (pair.response, answer));
        revealAs(executor, pair, answer);
        uint256 paid = delivery.bondsOf(executor);
        assertTrue(paid <= mostFor(length) * fee, "no more than the most");
        assertTrue(paid >= gasOf(call, 0) * fee || paid + 22_000 * fee >= bond, "the calldata, or the bond");
        assertEq(paid + delivery.bondsOf(client), bond, "to the last unit");
    }

    /// Bytes behind the call are no bytes of the answer.
    function test_Attack91_PaddingIsPaidUpToTheMost() public {
        IAccountingV2.SignedPair memory pair = pairAbout(SHORT);
        settleAndOpen(pair);
        vm.prank(executor, executor);
        (bool done, ) = address(delivery).call(
            bytes.concat(abi.encodeCall(delivery.reveal, (pair.response, SHORT)), answerOf(30_000))
        );
        assertTrue(done, "it reveals all the same");
        assertEq(delivery.bondsOf(executor), mostFor(20) * BASE_FEE, "but pays the most");
    }

    function test_AnAnswerWithoutBytesIsRevealed() public {
        IAccountingV2.SignedPair memory pair = pairAbout("");
        bytes32 id = settleAndOpen(pair);
        vm.expectEmit(address(delivery));
        emit AnswerRevealed(id, 0, 0, "");
        delivery.reveal(pair.response, "");
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
    }

    function test_EightChunksFitOneReveal() public {
        bytes memory answer = answerOf(32_768);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        settleAndOpen(pair);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryTooManyBytes.selector, 32_768, 32_769));
        delivery.reveal(pair.response, answerOf(32_769));
        delivery.reveal(pair.response, answer);
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
    }

    /* CHUNKS */

    function test_ChunksAreCounted() public {
        bytes memory answer = answerOf(9 * 4096);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        settleAndOpen(pair);
        expectChunkCount(1, 256, 0);
        delivery.revealChunks(pair.response, 0, new IDeliveryDisputes.Chunk[](1));
        expectChunkCount(1, 256, 257);
        delivery.revealChunks(pair.response, 257, new IDeliveryDisputes.Chunk[](1));
        expectChunkCount(1, 8, 0);
        delivery.revealChunks(pair.response, 9, new IDeliveryDisputes.Chunk[](0));
        expectChunkCount(1, 8, 9);
        delivery.revealChunks(pair.response, 9, new IDeliveryDisputes.Chunk[](9));
    }

    /// What an executor signs may be no tree of chunks at all.
    function test_ChunksOfAnotherLengthOrPlaceAreRefused() public {
        bytes memory whole = answerOf(4096);
        bytes32 leaf = keccak256(bytes.concat(hex"00", whole));
        expectNoChunk(1, leaf, 1, 1, whole, new bytes32[](0)); // Behind the last one.
        bytes memory long = answerOf(5000);
        expectNoChunk(2, keccak256(bytes.concat(hex"00", long)), 1, 0, long, new bytes32[](0));
        expectNoChunk(3, keccak256(hex"00"), 1, 0, "", new bytes32[](0));
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = leaf;
        bytes32 short = keccak256(bytes.concat(hex"00", "short"));
        expectNoChunk(4, keccak256(bytes.concat(hex"01", short, leaf)), 2, 0, "short", proof);
    }

    function expectNoChunk(
        uint64 lane,
        bytes32 root,
        uint256 count,
        uint256 index,
        bytes memory data,
        bytes32[] memory proof
    ) private {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        (pair.request.lane, pair.response.deliveryHash) = (lane, root);
        sign(pair);
        settleOne(pair);
        openAs(client, pair, BOND);
        IDeliveryDisputes.Chunk[] memory chunks = new IDeliveryDisputes.Chunk[](1);
        chunks[0] = IDeliveryDisputes.Chunk(index, data, proof);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryWrongChunk.selector, root, index));
        delivery.revealChunks(pair.response, count, chunks);
    }

    function test_AWrongChunkIsRefused() public {
        bytes memory answer = answerOf(3 * 4096);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        settleAndOpen(pair);
        IDeliveryDisputes.Chunk[] memory chunks = chunksOf(answer, 0, 2);
        chunks[1].data[77] ^= 0x01;
        vm.expectRevert(
            abi.encodeWithSelector(IDeliveryDisputes.DeliveryWrongChunk.selector, pair.response.deliveryHash, 1)
        );
        delivery.revealChunks(pair.response, 3, chunks);
        assertEq(delivery.revealedChunks(idOf(pair), 3), 0, "the good one neither");
    }

    function test_ALongAnswerIsRevealedInParts() public {
        bytes memory answer = answerOf(9 * 4096 + 5);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        bytes32 id = settleAndOpen(pair);
        IDeliveryDisputes.Chunk[] memory last = chunksOf(answer, 8, 2);
        vm.expectEmit(address(delivery));
        emit AnswerRevealed(id, 8, 10, last[0].data);
        vm.expectEmit(address(delivery));
        emit AnswerRevealed(id, 9, 10, last[1].data);
        delivery.revealChunks(pair.response, 10, last);
        assertEq(delivery.revealedChunks(id, 10), 0x300, "two bits");
        assertTrue(disputeOf(id).revealing, "begun");
        assertEq(uint256(disputeOf(id).state), uint256(IDeliveryDisputes.State.Open), "still open");
        assertEq(heldOf(pair), COST, "still held");

        // Again, by somebody else: no harm.
        vm.prank(stranger);
        delivery.revealChunks(pair.response, 10, last);
        assertEq(delivery.revealedChunks(id, 10), 0x300, "the same bits");

        vm.warp(REVEAL_BY);
        delivery.revealChunks(pair.response, 10, chunksOf(answer, 0, 8));
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
        assertEq(delivery.bondsOf(executor) + delivery.bondsOf(client), BOND, "nothing stays");
    }

    /// Whoever repeats chunks, or shows them under a wrong count, or bit by bit, is paid no more for it.
    function test_Attack91_ChunksArePaidOnce() public {
        bytes memory answer = answerOf(2 * 4096);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        (pair.request.maxOutboundTokens, pair.response.outboundTokens) = (131_072, 131_072);
        pair.request.outboundPrice = 30;
        pair.response.cumulativeCost = 4;
        sign(pair);
        bytes32 id = settleAndOpen(pair);
        uint256 snapshot = vm.snapshotState();
        revealChunksAs(executor, pair, 2, chunksOf(answer, 0, 1));
        revealChunksAs(executor, pair, 2, chunksOf(answer, 1, 1));
        uint256 once = delivery.bondsOf(executor);
        assertTrue(once >= 2 * (21_000 + 40 * 4096) * BASE_FEE, "both transactions are paid");
        assertTrue(once <= mostFor(answer.length) * BASE_FEE, "by their bytes");
        vm.revertToState(snapshot);
        IDeliveryDisputes.Chunk[] memory twice = new IDeliveryDisputes.Chunk[](2);
        (twice[0], twice[1]) = (chunksOf(answer, 0, 1)[0], chunksOf(answer, 0, 1)[0]);
        for (uint256 i = 0; i < 5; ++i) revealChunksAs(executor, pair, 2, twice);
        revealChunksAs(executor, pair, 2, chunksOf(answer, 1, 1));
        assertTrue(delivery.bondsOf(executor) <= mostFor(answer.length) * BASE_FEE, "once for all");
        assertTrue(delivery.bondsOf(executor) >= 50 * 4096 * BASE_FEE, "but once");
        assertEq(disputeOf(id).bond, 0, "over");
    }

    /// Of four chunks the first two have the same path in a tree of three.
    function test_Attack91_ChunksUnderAWrongCountAreNotPaid() public {
        bytes memory answer = answerOf(4 * 4096);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        settleAndOpen(pair);
        revealChunksAs(executor, pair, 3, chunksOf(answer, 0, 2));
        IDeliveryDisputes.Chunk[] memory all = chunksOf(answer, 0, 4);
        vm.prank(stranger);
        delivery.revealChunks(pair.response, 4, all);
        assertEq(delivery.bondsOf(executor), 0, "none of the right count was");
    }

    /// Of four chunks the first two have the same path in a tree of three: what is shown under the wrong count does not
    /// help the right one, and cannot complete the wrong one.
    function test_ChunksUnderDifferentCountsDoNotAddUp() public {
        bytes memory answer = answerOf(4 * 4096);
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        bytes32 id = settleAndOpen(pair);
        delivery.revealChunks(pair.response, 3, chunksOf(answer, 0, 2));
        assertEq(delivery.revealedChunks(id, 3), 3, "they pass");
        delivery.revealChunks(pair.response, 4, chunksOf(answer, 2, 2));
        assertEq(uint256(disputeOf(id).state), uint256(IDeliveryDisputes.State.Open), "still open");
        vm.expectRevert(
            abi.encodeWithSelector(IDeliveryDisputes.DeliveryWrongChunk.selector, pair.response.deliveryHash, 2)
        );
        delivery.revealChunks(pair.response, 3, chunksOf(answer, 2, 1));
        delivery.revealChunks(pair.response, 4, chunksOf(answer, 0, 2));
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
    }

    /// The longest answer: every chunk is the same here, so that its tree is quick to make.
    function test_256ChunksAreTheMost() public {
        IDeliveryDisputes.Chunk[] memory chunks = new IDeliveryDisputes.Chunk[](8);
        bytes memory data = new bytes(4096);
        bytes32[] memory proof = new bytes32[](8);
        bytes32 node = keccak256(bytes.concat(hex"00", data));
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] = node;
            node = keccak256(bytes.concat(hex"01", node, node));
        }
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        pair.response.deliveryHash = node;
        sign(pair);
        bytes32 id = settleAndOpen(pair);
        for (uint256 first = 0; first < 256; first += 8) {
            assertEq(uint256(disputeOf(id).state), uint256(IDeliveryDisputes.State.Open), "still open");
            for (uint256 i = 0; i < 8; ++i) chunks[i] = IDeliveryDisputes.Chunk(first + i, data, proof);
            delivery.revealChunks(pair.response, 256, chunks);
        }
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
    }

    /// hardhat-config: fuzz.runs = 64
    function testFuzz_AnyAnswerIsDeliveredInAnyOrder(uint256 length, uint256 seed) public {
        bytes memory answer = answerOf(bound(length, 1, 6 * 4096));
        IAccountingV2.SignedPair memory pair = pairAbout(answer);
        bytes32 id = settleAndOpen(pair);
        uint256 count = Tree.chunkCountOf(answer);
        for (uint256 left = count; left > 0; --left) {
            assertEq(uint256(disputeOf(id).state), uint256(IDeliveryDisputes.State.Open), "not before the last");
            uint256 index = ((seed % count) + left) % count;
            delivery.revealChunks(pair.response, count, chunksOf(answer, index, 1));
        }
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
    }

    /* SUPPORT */

    /// Gas that is paid for so many bytes at most.
    function mostFor(uint256 length) private pure returns (uint256) {
        return 200_000 + 50 * length;
    }

    /// Of a transaction with this calldata, by EIP-2028 and EIP-7623.
    function gasOf(bytes memory call, uint256 execution) private pure returns (uint256) {
        uint256 tokens = 0;
        for (uint256 i = 0; i < call.length; ++i) tokens += call[i] == 0 ? 1 : 4;
        uint256 standard = 4 * tokens + execution;
        return 21_000 + (standard > 10 * tokens ? standard : 10 * tokens);
    }

    /// Random bytes, of which so many of 256 are zero.
    function mixedOf(uint256 length, uint256 seed, uint256 zeros) private pure returns (bytes memory answer) {
        answer = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            bytes32 random = keccak256(abi.encode(seed, i / 16));
            uint256 place = 2 * (i % 16);
            if (uint8(random[place]) >= zeros) answer[i] = bytes1(uint8(random[place + 1]) | 1);
        }
    }

    function assertUnpaid(IAccountingV2.SignedPair memory pair, bytes32 id) private view {
        assertEnded(pair, IDeliveryDisputes.State.Delivered);
        assertEq(disputeOf(id).bond, 0, "over");
        assertEq(delivery.bondsOf(executor), 0, "not paid");
        assertEq(delivery.bondsOf(client), BOND, "all comes back");
    }

    function revealChunksAs(
        address sender,
        IAccountingV2.SignedPair memory pair,
        uint256 count,
        IDeliveryDisputes.Chunk[] memory chunks
    ) private {
        vm.prank(sender, sender);
        delivery.revealChunks(pair.response, count, chunks);
    }

    function chunksOf(
        bytes memory answer,
        uint256 first,
        uint256 count
    ) private pure returns (IDeliveryDisputes.Chunk[] memory chunks) {
        bytes32[] memory leaves = Tree.leavesOf(answer);
        chunks = new IDeliveryDisputes.Chunk[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 index = first + i;
            chunks[i] = IDeliveryDisputes.Chunk(index, Tree.chunkAt(answer, index), Tree.proofOf(leaves, index));
        }
    }

    function notOpen(
        IAccountingV2.SignedPair memory pair,
        IDeliveryDisputes.State state
    ) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDeliveryDisputes.DeliveryNotOpen.selector, idOf(pair), state);
    }

    function expectChunkCount(uint256 minimum, uint256 maximum, uint256 count) private {
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDisputes.DeliveryChunkCount.selector, minimum, maximum, count));
    }
}
