// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";

/// Headers of blocks as Ethereum has them since Prague: 21 fields.
library Headers {
    using RLP for RLP.Encoder;

    function encode(
        bytes32 parentHash,
        uint256 number,
        uint256 timestamp,
        bytes32 prevRandao
    ) internal pure returns (bytes memory) {
        RLP.Encoder memory list = RLP.encoder().push(parentHash).push(keccak256(hex"c0")).push(address(0xFEE));
        list = list.push(keccak256("state")).push(keccak256("transactions")).push(keccak256("receipts"));
        list = list.push(new bytes(256)).push(uint256(0)).push(number).push(uint256(60_000_000));
        list = list.push(uint256(21_000)).push(timestamp).push(bytes("builder")).push(prevRandao);
        list = list.push(new bytes(8)).push(uint256(7)).push(keccak256("withdrawals")).push(uint256(0));
        return list.push(uint256(0)).push(keccak256("beacon")).push(keccak256("requests")).encode();
    }
}
