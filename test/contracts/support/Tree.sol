// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// The delivery tree by RFC 6962's recursive definition, which the contract's library does not use; and proofs.
library Tree {
    uint256 internal constant CHUNK = 4096;

    function chunkCountOf(bytes memory answer) internal pure returns (uint256) {
        return (answer.length + CHUNK - 1) / CHUNK;
    }

    function chunkAt(bytes memory answer, uint256 index) internal pure returns (bytes memory chunk) {
        uint256 start = index * CHUNK;
        chunk = new bytes(answer.length - start < CHUNK ? answer.length - start : CHUNK);
        for (uint256 i = 0; i < chunk.length; ++i) chunk[i] = answer[start + i];
    }

    function leavesOf(bytes memory answer) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](chunkCountOf(answer));
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = keccak256(bytes.concat(hex"00", chunkAt(answer, i)));
        }
    }

    function rootOf(bytes memory answer) internal pure returns (bytes32) {
        bytes32[] memory leaves = leavesOf(answer);
        return leaves.length == 0 ? keccak256("") : rootOf(leaves, 0, leaves.length);
    }

    /// Root over the leaves from `start` up to `end`, which is left out.
    function rootOf(bytes32[] memory leaves, uint256 start, uint256 end) internal pure returns (bytes32) {
        if (end - start == 1) return leaves[start];
        uint256 middle = start + _splitOf(end - start);
        return keccak256(bytes.concat(hex"01", rootOf(leaves, start, middle), rootOf(leaves, middle, end)));
    }

    /// Siblings of a leaf, from the leaf up.
    function proofOf(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory down = new bytes32[](256);
        uint256 depth = 0;
        (uint256 start, uint256 end) = (0, leaves.length);
        while (end - start > 1) {
            uint256 middle = start + _splitOf(end - start);
            bool left = index < middle;
            down[depth++] = left ? rootOf(leaves, middle, end) : rootOf(leaves, start, middle);
            (start, end) = left ? (start, middle) : (middle, end);
        }
        proof = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) proof[i] = down[depth - 1 - i];
    }

    /// The largest power of two below `count`.
    function _splitOf(uint256 count) private pure returns (uint256 split) {
        split = 1;
        while (split * 2 < count) split *= 2;
    }
}
