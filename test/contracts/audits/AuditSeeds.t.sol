// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAudits} from "../../../contracts/audits/IAudits.sol";
import {PastBlocks} from "../../../contracts/libraries/PastBlocks.sol";
import {AuditWorld} from "../support/AuditWorld.sol";
import {vm} from "../support/Vm.sol";

/*
Audits

fixSeed
├── not the header of that block, a block to come, this block, one too old: BlockUnknown
├── not the header of its parent: AuditNotParent
├── the parent is in the same epoch: AuditNotFirstBlock
├── the seed is fixed: the same again, no event
└── otherwise: SeedFixed, whoever calls and whenever
    ├── epochs without a block stay without a seed
    └── a block up to 8 191 blocks back, by the history contract of EIP-2935
*/
contract AuditSeedsTest is AuditWorld {
    event SeedFixed(uint256 indexed epoch, bytes32 seed, uint256 epochStart, uint256 blockNumber, bytes32 prevRandao);

    /// The code that EIP-2935 puts at its address, and the caller that may write to it.
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
    address private constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;

    function setUp() public {
        deployAudits();
        vm.etch(PastBlocks.HISTORY, HISTORY_CODE);
    }

    function test_TheFirstBlockFixesTheSeed() public {
        (bytes memory parent, bytes memory first) = enter(FIRST);
        assertEq(audits.seeds(FIRST), 0, "unknown");
        vm.expectEmit(address(audits));
        emit SeedFixed(FIRST, seedOf(FIRST), FIRST * EPOCH, blockOf(FIRST), randaoOf(FIRST));
        vm.prank(stranger);
        (uint256 epoch, bytes32 seed) = audits.fixSeed(blockOf(FIRST), parent, first);
        assertEq(epoch, FIRST, "epoch");
        assertEq(seed, seedOf(FIRST), "seed");
        assertEq(audits.seeds(FIRST), seedOf(FIRST), "kept");
    }

    function test_TheSeedIsTheSameForWhoeverComesLater() public {
        (bytes memory parent, bytes memory first) = enter(FIRST);
        bytes32 seed = open(FIRST);
        vm.warp((FIRST + 1) * EPOCH + 100);
        vm.roll(blockOf(FIRST) + 256);
        vm.recordLogs();
        (uint256 epoch, bytes32 again) = audits.fixSeed(blockOf(FIRST), parent, first);
        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertEq(epoch, FIRST, "epoch");
        assertEq(again, seed, "seed");
    }

    function test_TheBordersOfAnEpochAreExact() public {
        (bytes memory parent, bytes memory first) = headersOf(FIRST, 1, EPOCH - 1);
        vm.warp((FIRST + 1) * EPOCH);
        vm.roll(blockOf(FIRST) + 1);
        vm.setBlockhash(blockOf(FIRST), keccak256(first));
        (uint256 epoch, ) = audits.fixSeed(blockOf(FIRST), parent, first);
        assertEq(epoch, FIRST, "its last second is its own, that before its first is not");
    }

    function test_RefusesBlocksThatAreNotOfThisChain() public {
        (bytes memory parent, bytes memory first) = enter(FIRST);
        bytes memory forged = headerOf(keccak256(parent), blockOf(FIRST), FIRST * EPOCH, keccak256("chosen"));
        expectUnknown(blockOf(FIRST), keccak256(first), forged);
        audits.fixSeed(blockOf(FIRST), parent, forged);
        expectUnknown(blockOf(FIRST) + 1, 0, first);
        audits.fixSeed(blockOf(FIRST) + 1, parent, first);
        expectUnknown(type(uint256).max, 0, first);
        audits.fixSeed(type(uint256).max, parent, first);
        expectUnknown(blockOf(FIRST), keccak256(first), "");
        audits.fixSeed(blockOf(FIRST), parent, "");
    }

    function test_RefusesAnotherParent() public {
        (bytes memory parent, bytes memory first) = enter(FIRST);
        bytes memory other = headerOf(keccak256("grandparent"), blockOf(FIRST) - 1, 1, keccak256("its own"));
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditNotParent.selector, keccak256(parent), keccak256(other)));
        audits.fixSeed(blockOf(FIRST), other, first);
    }

    /// Attack: choose among the blocks of the epoch.
    function test_RefusesLaterBlocksOfTheEpoch() public {
        uint256 start = FIRST * EPOCH;
        bytes memory parent = headerOf(keccak256("grandparent"), blockOf(FIRST) - 1, start, keccak256("its own"));
        bytes memory second = headerOf(keccak256(parent), blockOf(FIRST), start + 12, randaoOf(FIRST));
        vm.warp(start + 24);
        vm.roll(blockOf(FIRST) + 1);
        vm.setBlockhash(blockOf(FIRST), keccak256(second));
        vm.expectRevert(abi.encodeWithSelector(IAudits.AuditNotFirstBlock.selector, FIRST, start));
        audits.fixSeed(blockOf(FIRST), parent, second);
    }

    function test_EpochsWithoutABlockHaveNoSeed() public {
        (bytes memory parent, bytes memory first) = headersOf(FIRST + 2, 2 * EPOCH + 12, 7);
        vm.warp((FIRST + 2) * EPOCH + 19);
        vm.roll(blockOf(FIRST + 2) + 1);
        vm.setBlockhash(blockOf(FIRST + 2), keccak256(first));
        (uint256 epoch, bytes32 seed) = audits.fixSeed(blockOf(FIRST + 2), parent, first);
        assertEq(epoch, FIRST + 2, "the epoch of the block");
        assertEq(seed, seedOf(FIRST + 2), "seed");
        assertEq(audits.seeds(FIRST), 0, "no block");
        assertEq(audits.seeds(FIRST + 1), 0, "no block");
    }

    /// The outcome when nobody comes in time: the epoch has no seed, for good.
    function test_ASeedCanBeFixedFor8191Blocks() public {
        (bytes memory parent, bytes memory first) = headersOf(FIRST, 12, 0);
        vm.roll(blockOf(FIRST) + 1);
        vm.prank(SYSTEM);
        (bool written, ) = PastBlocks.HISTORY.call(abi.encode(keccak256(first)));
        assertTrue(written, "written");
        vm.roll(blockOf(FIRST) + 8192);
        expectUnknown(blockOf(FIRST), 0, first);
        audits.fixSeed(blockOf(FIRST), parent, first);
        vm.roll(blockOf(FIRST) + 8191);
        (, bytes32 seed) = audits.fixSeed(blockOf(FIRST), parent, first);
        assertEq(seed, seedOf(FIRST), "seed");
    }

    function test_SeedsDifferByEpochChainAndContract() public {
        bytes32 here = open(FIRST);
        assertTrue(here != keccak256(abi.encode(block.chainid, address(audits), FIRST + 1, randaoOf(FIRST))), "epoch");
        assertTrue(here != keccak256(abi.encode(block.chainid + 1, address(audits), FIRST, randaoOf(FIRST))), "chain");
        assertTrue(here != keccak256(abi.encode(block.chainid, address(this), FIRST, randaoOf(FIRST))), "contract");
        assertTrue(here != randaoOf(FIRST), "not the bare value");
    }

    function expectUnknown(uint256 number, bytes32 known, bytes memory header) private {
        vm.expectRevert(abi.encodeWithSelector(PastBlocks.BlockUnknown.selector, number, known, keccak256(header)));
    }
}
