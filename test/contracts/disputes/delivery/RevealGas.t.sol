// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RevealGas} from "../../../../contracts/disputes/delivery/RevealGas.sol";
import {Market} from "../../support/Market.sol";
import {vm} from "../../support/Vm.sol";

/// Calls the library as a transaction of its own would, with so much gas spent before and after.
contract RevealGasCaller {
    function used(uint256 before, uint256 later, bytes calldata) external view returns (uint256) {
        return RevealGas.used(gasleft() + before, later);
    }
}

// used
// ├── nothing, by way of a contract
// ├── what was spent before and what will be spent after, to the unit
// └── 12 more for a byte that is not zero, wherever it stands and whatever it is
contract RevealGasTest is Market {
    address private constant SENDER = address(0x5E4DE2);
    /// More than the floor of all calldata here, which withheld-answers.test.ts sees real transactions pay.
    uint256 private constant MUCH = 10_000_000;

    RevealGasCaller private _caller;

    function setUp() public {
        _caller = RevealGasCaller(deploy("RevealGas.t.sol:RevealGasCaller", ""));
    }

    function test_NothingByWayOfAContract() public {
        assertEq(_caller.used(MUCH, 0, ""), 0, "a contract");
        vm.prank(SENDER);
        assertEq(_caller.used(MUCH, 0, ""), 0, "for a contract");
        assertTrue(usedOf(MUCH, 0, "") > MUCH, "an account");
    }

    function testFuzz_WhatWasAndWillBeSpentCounts(uint256 before, uint256 later) public {
        (before, later) = (bound(before, 0, MUCH), bound(later, 0, MUCH));
        uint256 plain = usedOf(MUCH, 0, "") - 12 * nonzero(callOf(MUCH, 0, ""));
        uint256 more = usedOf(MUCH + before, later, "") - 12 * nonzero(callOf(MUCH + before, later, ""));
        assertEq(more, plain + before + later, "to the unit");
        assertTrue(plain < 2 * MUCH, "and nothing else");
    }

    /// hardhat-config: fuzz.runs = 64
    function testFuzz_AByteThatIsNotZeroIsThreeTokensMore(uint256 length, uint256 seed) public {
        bytes memory data = new bytes(bound(length, 0, 300));
        uint256 base = usedOf(MUCH, 0, data);
        for (uint256 i = 0; i < data.length; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            // Bits alone, among zeros: a byte counts by any of them.
            if (random % 3 != 0) data[i] = bytes1(uint8(1 << ((random >> 8) % 8)));
        }
        assertEq(usedOf(MUCH, 0, data), base + 12 * nonzero(data), "bytes that are not zero");
    }

    function usedOf(uint256 before, uint256 later, bytes memory data) private returns (uint256) {
        vm.prank(SENDER, SENDER);
        return _caller.used(before, later, data);
    }

    function callOf(uint256 before, uint256 later, bytes memory data) private pure returns (bytes memory) {
        return abi.encodeCall(RevealGasCaller.used, (before, later, data));
    }

    function nonzero(bytes memory data) private pure returns (uint256 count) {
        for (uint256 i = 0; i < data.length; ++i) if (data[i] != 0) ++count;
    }
}
