// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title Assignments: which validator audits which executor in which epoch
/// @dev A validator's preimages form a chain: each is the hash of the one of the epoch after it, so that revealing one says
/// nothing of those to come. Each step hashes the validator as well: a tip copied by somebody else cannot be opened.
library Assignments {
    /// @notice Where `steps` steps back along the validator's chain lead from `value`.
    function walkBack(address validator, bytes32 value, uint256 steps) internal pure returns (bytes32) {
        bytes32 owner = bytes32(uint256(uint160(validator)));
        for (uint256 i = 0; i < steps; ++i) value = Hashes.efficientKeccak256(owner, value);
        return value;
    }

    /// @notice Seed of an epoch. Deployments differ, so that a chain used on two of them gets two sets of assignments.
    function seedFrom(
        uint256 chainId,
        address audits,
        uint256 epoch,
        bytes32 prevRandao
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(chainId, audits, epoch, prevRandao));
    }

    /// @notice Whether the validator with this preimage audits the executor: once in `odds`, for each pair by itself.
    /// @param odds Not zero. The chance is 1 / odds, rounded up by less than 2^-256.
    function isAssigned(bytes32 seed, bytes32 preimage, address executor, uint256 odds) internal pure returns (bool) {
        return uint256(keccak256(abi.encode(seed, preimage, executor))) <= type(uint256).max / odds;
    }
}
