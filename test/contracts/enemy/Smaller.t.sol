// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DeliveryTree} from "../../../contracts/libraries/DeliveryTree.sol";
import {IAccountingV2} from "../../../contracts/interfaces/IAccountingV2.sol";
import {IDeliveryDisputes} from "../../../contracts/interfaces/IDeliveryDisputes.sol";
import {DeliveryMarket} from "../support/DeliveryMarket.sol";
import {Tree} from "../support/Tree.sol";
import {vm} from "../support/Vm.sol";

contract Proofs {
    function contains(
        bytes32 root,
        uint256 count,
        uint256 index,
        bytes calldata chunk,
        bytes32[] calldata proof
    ) external pure returns (bool) {
        return DeliveryTree.contains(root, count, index, chunk, proof);
    }
}

contract SmallerTest is DeliveryMarket {
    function setUp() public {
        deployDeliveryMarket();
        enrol(STAKE);
    }

    /// "A smaller index passes under a wrong count as well ...; the last one never does." The last of five passes as the
    /// last of three.
    function test_TheLastChunkPassesUnderAWrongCount() public {
        bytes memory answer = answerOf(4 * 4096 + 100);
        bytes memory last = new bytes(100);
        for (uint256 i = 0; i < 100; ++i) last[i] = answer[4 * 4096 + i];
        bytes memory head = new bytes(4 * 4096);
        for (uint256 i = 0; i < head.length; ++i) head[i] = answer[i];
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = Tree.rootOf(head);
        Proofs proofs = new Proofs();
        assertTrue(proofs.contains(Tree.rootOf(answer), 5, 4, last, proof), "as the last of five");
        assertTrue(proofs.contains(Tree.rootOf(answer), 3, 2, last, proof), "as the last of three");
    }

    /// A reveal on its way costs its calldata even if the client cancels first; a tenth of the bond is less.
    function test_CancellingUnderAWholeRevealCostsTheExecutorMoreThanTheClient() public {
        vm.fee(100 gwei); // A tenth of the flat bond of 0.001 ether is then worth 1 000 gas.
        openChannel(500e6);
        bytes memory answer = answerOf(32768);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        pair.response.deliveryHash = Tree.rootOf(answer);
        pair.response.outboundTokens = 4096; // Eight bytes each.
        pair.request.outboundPrice = 0;
        pair.request.inboundPrice = COST * 1e5;
        sign(pair);
        settleOne(pair);
        vm.warp(OPENED);
        uint256 bond = delivery.bondFor(4096);
        vm.deal(client, bond);
        vm.startPrank(client);
        uint256 gas = gasleft();
        bytes32 id = delivery.open{value: bond}(pair);
        gas = gas - gasleft();
        uint256 cancelGas = gasleft();
        delivery.cancel(id);
        cancelGas = cancelGas - gasleft();
        vm.stopPrank();
        uint256 attacker =
            (gas + 21_000 + 1_000 * 16 + cancelGas + 21_000 + 500) * 100 gwei + delivery.bondsOf(executor);
        bytes memory call = abi.encodeCall(delivery.reveal, (pair.response, answer));
        uint256 tokens = 0;
        for (uint256 i = 0; i < call.length; ++i) tokens += call[i] == 0 ? 1 : 4;
        uint256 victim = (21_000 + tokens * 10) * 100 gwei - delivery.bondsOf(executor); // The floor of EIP-7623.
        emit Cost(attacker, victim); // 739 403 and 956 790 gas.
        assertTrue(victim > attacker, "griefing pays");
    }

    event Cost(uint256 attacker, uint256 victim);

    /// Restitution out of stake does not count as refunded: a default, then a measured dispute or an equivocation... each
    /// time the escrow still says that all of it was paid.
    function test_ATailThatWasRestitutedOutOfStakeIsPaidForStill() public {
        openChannel(500e6);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, COST);
        settleOne(pair);
        vm.warp(ENROLLED + 48 hours);
        bytes32 id = openAs(client, pair, BOND);
        vm.warp(ENROLLED + 61 hours);
        delivery.poke(id);
        assertEq(rewardsOf(client) + rewardsOf(address(this)), COST + (PENALTY * 50) / 100, "cost and shares");
        vm.prank(JUDGE);
        (uint256 paid, ) = accounting.holdTail(IAccountingV2.Tail(client, executor, 7, 1, 0));
        assertEq(paid, COST, "another judge finds all of it paid, again");
    }
}
