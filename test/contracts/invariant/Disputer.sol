// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {DeliveryMarket} from "../support/DeliveryMarket.sol";
import {Tree} from "../support/Tree.sol";
import {vm} from "../support/Vm.sol";

/// What two clients and two executors do to each other with delivery disputes, at any time and in any order. It knows by
/// its own rules which move has to work, and notes in `broken` what worked or failed otherwise.
contract Disputer is DeliveryMarket {
    uint256 internal constant PARTIES = 2;
    uint256 internal constant MOST_PAIRS = 200;

    string public broken;
    /// Disputes that were opened, by how they stand now.
    mapping(IDeliveryDisputes.State state => uint256) public counts;

    IAccountingV2.SignedPair[] private _pairs;
    mapping(bytes32 id => bytes) private _answers;
    mapping(bytes32 id => IDeliveryDisputes.State) private _seen;
    /// What the dispute was opened under.
    mapping(bytes32 id => bytes32) private _terms;

    constructor() {
        deployDeliveryMarket();
        for (uint256 i = 0; i < PARTIES; ++i) {
            give(executorAt(i), 2_000e6);
            vm.startPrank(executorAt(i));
            registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", 1_000e6);
            token.approve(address(delivery), type(uint256).max);
            vm.stopPrank();
            depositAs(clientAt(i), 100_000e6);
            for (uint256 j = 0; j < PARTIES; ++j) {
                vm.prank(clientAt(i));
                accounting.allocate(executorAt(j), 20_000e6);
            }
        }
        vm.warp(ENROLLED);
    }

    /* MOVES AROUND */

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 10 hours));
    }

    /// An answer of up to three chunks, on a lane of its own; settled if the executor's stake still covers it.
    function settle(uint256 who, uint256 whom, uint256 cost, uint256 length) external {
        if (_pairs.length == MOST_PAIRS) return;
        bytes memory answer = answerOf(length % 9_000);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, uint96(bound(cost, 1, 60e6)));
        (pair.request.client, pair.request.executor) = (clientAt(who), executorAt(whom));
        pair.request.lane = uint64(_pairs.length);
        pair.response.deliveryHash = Tree.rootOf(answer);
        sign(pair, CLIENT_KEY + (who % PARTIES), EXECUTOR_KEY + (whom % PARTIES));
        if (accounting.checkPair(pair) != IAccountingV2.Rejection.None) return;
        settleOne(pair);
        _pairs.push(pair);
        _answers[idOf(pair)] = answer;
    }

    function withdrawEarnings(uint256 whom) external {
        if (accounting.withdrawableEarnings(executorAt(whom)) == 0) return;
        vm.prank(executorAt(whom));
        accounting.withdrawEarnings(executorAt(whom));
    }

    function unbond(uint256 whom, uint256 amount) external {
        uint256 active = registry.activeStake(executorAt(whom));
        if (active <= MINIMUM_EXECUTOR) return;
        vm.prank(executorAt(whom));
        registry.unbond(bound(amount, 1, active - MINIMUM_EXECUTOR));
    }

    /// Sits its time in jail out, and fills its stake up.
    function recover(uint256 whom) external {
        address worker = executorAt(whom);
        (, , uint40 until, , uint96 stake, , , ) = registry.members(worker);
        if (until > block.timestamp) vm.warp(until);
        if (stake < MINIMUM_EXECUTOR) give(worker, MINIMUM_EXECUTOR);
        vm.startPrank(worker);
        if (stake < MINIMUM_EXECUTOR) registry.stake(MINIMUM_EXECUTOR);
        if (until != 0) registry.unjail();
        vm.stopPrank();
    }

    function withdrawBonds(uint256 who) external {
        address account = who % 2 == 0 ? clientAt(who / 2) : executorAt(who / 2);
        if (delivery.bondsOf(account) == 0) return;
        vm.prank(account);
        delivery.withdrawBonds(account);
    }

    /* MOVES OF A DISPUTE */

    function open(uint256 which, uint256 extra) external {
        if (_pairs.length == 0) return;
        IAccountingV2.SignedPair memory pair = _pairs[which % _pairs.length];
        bool works =
            stateOf(pair) == IDeliveryDisputes.State.None && block.timestamp <= pair.request.deadline + 72 hours;
        uint256 value = BOND + (extra % 1 ether);
        vm.deal(pair.request.client, pair.request.client.balance + value);
        vm.prank(pair.request.client);
        note(works, value, abi.encodeCall(delivery.open, (pair)));
        compare(pair);
    }

    function reveal(uint256 which, bool wrong) external {
        if (_pairs.length == 0) return;
        IAccountingV2.SignedPair memory pair = _pairs[which % _pairs.length];
        bytes memory answer = _answers[idOf(pair)];
        if (wrong) answer = bytes.concat(answer, "!");
        bytes memory call = abi.encodeCall(delivery.reveal, (pair.response, answer));
        noteReveal(pair, !wrong && isAnswerable(pair), call);
        compare(pair);
    }

    function revealChunk(uint256 which, uint256 index) external {
        if (_pairs.length == 0) return;
        IAccountingV2.SignedPair memory pair = _pairs[which % _pairs.length];
        bytes memory answer = _answers[idOf(pair)];
        bytes32[] memory leaves = Tree.leavesOf(answer);
        if (leaves.length == 0) return;
        index %= leaves.length;
        IDeliveryDisputes.Chunk[] memory chunks = new IDeliveryDisputes.Chunk[](1);
        chunks[0] = IDeliveryDisputes.Chunk(index, Tree.chunkAt(answer, index), Tree.proofOf(leaves, index));
        bytes memory call = abi.encodeCall(delivery.revealChunks, (pair.response, leaves.length, chunks));
        noteReveal(pair, isAnswerable(pair), call);
        compare(pair);
    }

    function rebut(uint256 which) external {
        if (_pairs.length == 0) return;
        IAccountingV2.SignedPair memory pair = _pairs[which % _pairs.length];
        IAccountingV2.CompactSignature memory ack = ackOf(pair, clientKeyOf(pair));
        bytes memory call = abi.encodeCall(delivery.rebutByAck, (pair.request, pair.response, ack));
        note(isAnswerable(pair), call);
        compare(pair);
    }

    function concede(uint256 which, bool stranger_) external {
        if (_pairs.length == 0) return;
        IAccountingV2.SignedPair memory pair = _pairs[which % _pairs.length];
        if (token.balanceOf(pair.request.executor) < pair.response.cumulativeCost) return;
        bool works = !stranger_ && isAnswerable(pair);
        bytes32 id = idOf(pair);
        vm.prank(stranger_ ? stranger : pair.request.executor);
        note(works, abi.encodeCall(delivery.concede, (id)));
        compare(pair);
    }

    function cancel(uint256 which, bool stranger_) external {
        if (_pairs.length == 0) return;
        IAccountingV2.SignedPair memory pair = _pairs[which % _pairs.length];
        bool works = !stranger_ && isAnswerable(pair) && !disputeOf(idOf(pair)).revealing;
        bytes32 id = idOf(pair);
        vm.prank(stranger_ ? stranger : pair.request.client);
        note(works, abi.encodeCall(delivery.cancel, (id)));
        compare(pair);
    }

    function poke(uint256 which) external {
        if (_pairs.length == 0) return;
        IAccountingV2.SignedPair memory pair = _pairs[which % _pairs.length];
        bytes32 id = idOf(pair);
        bool works = stateOf(pair) == IDeliveryDisputes.State.Open && block.timestamp > disputeOf(id).revealBy;
        note(works, abi.encodeCall(delivery.poke, (id)));
        compare(pair);
    }

    /* RULES */

    /// As a whole transaction, which the bond pays for. Whoever runs these moves has nothing to pay a price of gas with.
    function noteReveal(IAccountingV2.SignedPair memory pair, bool works, bytes memory call) private {
        vm.txGasPrice(BASE_FEE);
        vm.prank(pair.request.executor, pair.request.executor);
        note(works, 0, call);
        vm.txGasPrice(0);
    }

    function note(bool works, bytes memory call) private {
        note(works, 0, call);
    }

    function note(bool works, uint256 value, bytes memory call) private {
        (bool done, ) = address(delivery).call{value: value}(call);
        if (done == works) return;
        string memory selector = vm.toString(uint32(bytes4(call)));
        broken = string.concat(done ? "worked though it must not: " : "failed though it must work: ", selector);
    }

    /// I19: from None to Open, from Open to an end, and no further.
    function compare(IAccountingV2.SignedPair memory pair) private {
        bytes32 id = idOf(pair);
        (IDeliveryDisputes.State before, IDeliveryDisputes.State now_) = (_seen[id], stateOf(pair));
        compareTerms(id);
        if (before == now_) return;
        bool opened = before == IDeliveryDisputes.State.None && now_ == IDeliveryDisputes.State.Open;
        bool ended = before == IDeliveryDisputes.State.Open && now_ > IDeliveryDisputes.State.Open;
        if (!opened && !ended) broken = "moved along no edge";
        _seen[id] = now_;
        if (ended) --counts[before];
        ++counts[now_];
    }

    /// I26: whatever happens to stake and earnings, an open dispute keeps parties, sums and deadline.
    function compareTerms(bytes32 id) private {
        IDeliveryDisputes.Delivery memory d = disputeOf(id);
        if (d.state != IDeliveryDisputes.State.Open) return;
        bytes32 sums = keccak256(abi.encode(d.paid, d.penalty, d.ackedCost, d.bond));
        bytes32 terms = keccak256(abi.encode(d.opener, d.client, d.executor, d.revealBy, d.lane, d.nonce, sums));
        if (_terms[id] == 0) _terms[id] = terms;
        if (_terms[id] != terms) broken = "the terms of an open dispute changed";
    }

    function isAnswerable(IAccountingV2.SignedPair memory pair) private view returns (bool) {
        IDeliveryDisputes.Delivery memory found = disputeOf(idOf(pair));
        return found.state == IDeliveryDisputes.State.Open && block.timestamp <= found.revealBy;
    }

    function stateOf(IAccountingV2.SignedPair memory pair) private view returns (IDeliveryDisputes.State) {
        return disputeOf(idOf(pair)).state;
    }

    /* PARTIES */

    function clientAt(uint256 i) public pure returns (address) {
        return vm.addr(CLIENT_KEY + (i % PARTIES));
    }

    function executorAt(uint256 i) public pure returns (address) {
        return vm.addr(EXECUTOR_KEY + (i % PARTIES));
    }

    function clientKeyOf(IAccountingV2.SignedPair memory pair) private pure returns (uint256) {
        return pair.request.client == clientAt(0) ? CLIENT_KEY : CLIENT_KEY + 1;
    }

    /// The newest answers come first.
    function newest(uint256 age) external view returns (uint256) {
        return _pairs.length > age ? _pairs.length - 1 - age : 0;
    }

    /* SUMS */

    function ether_() external view returns (uint256) {
        return address(delivery).balance;
    }

    /// Bonds of disputes and what accounts can withdraw.
    function owedEther() external view returns (uint256 sum) {
        for (uint256 i = 0; i < PARTIES; ++i) {
            sum += delivery.bondsOf(clientAt(i)) + delivery.bondsOf(executorAt(i));
        }
        for (uint256 i = 0; i < _pairs.length; ++i) sum += disputeOf(idOf(_pairs[i])).bond;
    }

    /// Whether a dispute that is over, or none, still holds a bond, a tail or stake.
    function holdsAfterTheEnd() external view returns (bool) {
        for (uint256 i = 0; i < _pairs.length; ++i) {
            bytes32 id = idOf(_pairs[i]);
            if (stateOf(_pairs[i]) == IDeliveryDisputes.State.Open) continue;
            if (disputeOf(id).bond != 0 || frozenOf(id) != 0 || tailOf(i) != 0) return true;
        }
        return false;
    }

    function tokensHere() external view returns (uint256) {
        return token.balanceOf(address(delivery));
    }

    function escrow() external view returns (uint256) {
        return token.balanceOf(address(accounting));
    }

    /// Free deposit, channels, earnings and held tails.
    function owedByEscrow() external view returns (uint256 sum) {
        for (uint256 i = 0; i < PARTIES; ++i) {
            (uint128 settled, uint128 withdrawn, , , ) = accounting.earnings(executorAt(i));
            sum += accounting.balanceOf(clientAt(i)) + settled - withdrawn;
            for (uint256 j = 0; j < PARTIES; ++j) {
                (uint96 balance, , ) = accounting.channels(clientAt(i), executorAt(j));
                sum += balance;
            }
        }
        for (uint256 i = 0; i < _pairs.length; ++i) sum += tailOf(i);
    }

    function staked() external view returns (uint256) {
        return token.balanceOf(address(registry));
    }

    /// Stake, and shares of slashes: of the parties, of who pokes (this contract), of the treasury.
    function owedByRegistry() external view returns (uint256 sum) {
        sum = rewardsOf(TREASURY) + rewardsOf(address(this));
        for (uint256 i = 0; i < PARTIES; ++i) {
            sum += registry.slashableStake(executorAt(i)) + registry.withheldOf(executorAt(i));
            sum += rewardsOf(clientAt(i));
        }
    }

    /// What is frozen of an executor's stake, less what its open disputes froze.
    function frozenForNothing(uint256 whom) external view returns (uint256 sum) {
        (, , , , , , sum, ) = registry.members(executorAt(whom));
        for (uint256 i = 0; i < _pairs.length; ++i) {
            if (_pairs[i].request.executor == executorAt(whom)) sum -= frozenOf(idOf(_pairs[i]));
        }
    }

    function tailOf(uint256 i) private view returns (uint256 amount) {
        IAccountingV2.LlmRequestCommitment memory request = _pairs[i].request;
        (, amount, , , ) = accounting.tailHold(request.client, request.executor, request.lane, request.nonce);
    }
}
