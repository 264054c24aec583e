// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {PastBlocks} from "../../../contracts/libraries/PastBlocks.sol";
import {CompactSignatures} from "../../../contracts/libraries/CompactSignatures.sol";
import {Costs} from "../../../contracts/libraries/Costs.sol";
import {TestBase, vm} from "../support/Vm.sol";

/*
costUp
├── rounds every broken unit up, once
└── does not overflow at the largest counts and prices
recover
├── the signer of a good signature
└── nobody for an s in the upper half, although the precompile finds somebody
block hashes
├── this block, a block to come: zero
├── one of the last 256: the chain's
└── an older one: the history's (Jury.t.sol), zero where there is none
*/
contract LibrariesTest is TestBase {
    using CompactSignatures for IAccountingV2.CompactSignature;

    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function test_CostsOfKnownAnswers() public pure {
        assertEq(Costs.costUp(0, 0, 150_000, 600_000), 0, "nothing");
        assertEq(Costs.costUp(1, 0, 150_000, 600_000), 1, "a broken unit");
        assertEq(Costs.costUp(1_000_000, 0, 150_000, 600_000), 150_000, "a million in");
        assertEq(Costs.costUp(812, 345, 150_000, 600_000), 329, "328.8");
        assertEq(Costs.costUp(20, 0, 50_000, 0), 1, "exactly one");
        assertEq(Costs.costUp(21, 0, 50_000, 0), 2, "just above one");
    }

    function testFuzz_Attack60_CostsRoundUpByLessThanAUnit(
        uint32 inbound,
        uint32 outbound,
        uint96 inPrice,
        uint96 outPrice
    ) public pure {
        uint256 exact = uint256(inbound) * inPrice + uint256(outbound) * outPrice;
        uint256 cost = Costs.costUp(inbound, outbound, inPrice, outPrice);
        assertTrue(cost * 1e6 >= exact, "never below");
        assertTrue(cost * 1e6 < exact + 1e6, "less than a unit above");
    }

    function test_CostsDoNotOverflow() public pure {
        uint256 most = Costs.costUp(type(uint32).max, type(uint32).max, type(uint96).max, type(uint96).max);
        assertEq(most, (2 * uint256(type(uint32).max) * type(uint96).max + 999_999) / 1e6, "the most");
    }

    function test_TheSignerIsRecovered() public view {
        bytes32 digest = keccak256("digest");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xA11CE, digest);
        bytes32 vs = bytes32((uint256(v - 27) << 255) | uint256(s));
        assertEq(this.recover(IAccountingV2.CompactSignature(r, vs), digest), vm.addr(0xA11CE), "signer");
    }

    /// Attack 7. Few such s fit the compact form; one above half of the order is enough.
    function test_Attack07_NobodyIsRecoveredFromTheUpperHalf() public view {
        bytes32 digest = keccak256("digest");
        (, bytes32 r, ) = vm.sign(0xA11CE, digest);
        bytes32 s = bytes32(ORDER / 2 + 1);
        assertTrue(ecrecover(digest, 27, r, s) != address(0), "the precompile does not mind");
        assertEq(this.recover(IAccountingV2.CompactSignature(r, s), digest), address(0), "we do");
        bytes32 highest = bytes32(ORDER / 2);
        assertEq(
            this.recover(IAccountingV2.CompactSignature(r, highest), digest),
            ecrecover(digest, 27, r, highest),
            "the highest allowed"
        );
    }

    function test_OnlyPastBlocksHaveHashes() public {
        vm.roll(1_000);
        vm.setBlockhash(999, "newest");
        vm.setBlockhash(744, "oldest");
        assertEq(PastBlocks.hashOf(1_001), 0, "to come");
        assertEq(PastBlocks.hashOf(1_000), 0, "this one");
        assertEq(PastBlocks.hashOf(999), "newest", "the one before");
        assertEq(PastBlocks.hashOf(744), "oldest", "256 blocks ago");
        vm.etch(PastBlocks.HISTORY, "");
        assertEq(PastBlocks.hashOf(743), 0, "no history");
        vm.etch(PastBlocks.HISTORY, hex"60205ffd"); // Reverts with a word.
        assertEq(PastBlocks.hashOf(743), 0, "a reason is no hash");
    }

    function recover(
        IAccountingV2.CompactSignature calldata signature,
        bytes32 digest
    ) external pure returns (address) {
        return signature.recover(digest);
    }
}
