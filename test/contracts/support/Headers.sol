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

    /// Of a block whose maker chose all that a maker can: parent, order of transactions, payee, time, text, and what follows.
    function chosen(bytes32 choice, uint256 number, bytes32 prevRandao) internal pure returns (bytes memory) {
        uint256 word = uint256(choice);
        RLP.Encoder memory list = RLP.encoder().push(part("parent", choice)).push(part("ommers", choice));
        list = list.push(address(bytes20(choice))).push(part("state", choice)).push(part("transactions", choice));
        list = list.push(part("receipts", choice)).push(bytes.concat(new bytes(224), choice)).push(uint256(0));
        list = list.push(number).push(30_000_000 + (word % 1e6)).push(21_000 + (word % 1e6)).push(word >> 224);
        list = list.push(bytes.concat(choice)).push(prevRandao).push(bytes.concat(bytes8(choice))).push(
            1 + (word % 1e9)
        );
        list = list.push(part("withdrawals", choice)).push(word % 786_432).push(word % 1e6);
        return list.push(part("beacon", choice)).push(part("requests", choice)).encode();
    }

    function part(string memory field, bytes32 choice) private pure returns (bytes32) {
        return keccak256(abi.encode(field, choice));
    }
}
